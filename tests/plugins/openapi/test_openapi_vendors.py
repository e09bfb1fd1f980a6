"""Services of the long tail, each by its document against what stands in for it: sign in, make, change, page
through, take away, and what comes of it when something goes wrong on the way.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from emulators import emulate
from fault_proxy import AFTER, BEFORE, REFUSED, limits
from interlock_agents import Ledger, Place, Store, ToolboxHands
from openapi_desk import MOST, NUMBERS, Desk
from openapi_vendors import VENDORS, Vendor

FAULTS = (*BEFORE, *AFTER, *limits(), *REFUSED)


@pytest.fixture(scope="module", params=VENDORS, ids=str)
def emulated(request: pytest.FixtureRequest) -> Iterator[tuple[Vendor, str]]:
    vendor = request.param
    with emulate(vendor.service, vendor.seed, ready="/health") as emulator:
        yield vendor, emulator.url


@pytest.fixture
async def desk(emulated: tuple[Vendor, str]) -> Any:
    desk = Desk(*emulated, key=emulated[0].key)
    await desk.enter()
    yield desk
    await desk.close()


async def test_a_thing_is_made_changed_read_and_taken_away(desk):
    await desk.live()


async def test_pages_are_followed_to_the_last_by_what_the_answer_says(desk):
    if desk.vendor.pages is None:
        pytest.skip("it gives everything at once")
    pages = await desk.follow()
    assert 3 <= len(set(pages)) == len(pages) < MOST


async def test_what_is_wrong_is_said_in_the_services_own_words(desk):
    tool, arguments, words = desk.vendor.wrong
    outcome = await desk.run(tool, arguments)
    assert outcome.outcome == "refused"
    assert words in str(outcome.content)


async def test_who_has_no_key_is_refused(emulated):
    vendor, url = emulated
    if not vendor.stranger:
        pytest.skip("it takes anybody")
    desk = Desk(vendor, url, key=None)
    outcome = await desk.run(vendor.listed)
    await desk.close()
    assert (outcome.outcome, outcome.reason) == ("refused", "refused")
    assert vendor.stranger in str(outcome.content)


async def test_no_fault_makes_a_thing_twice_and_what_is_doubtful_is_left_to_a_person(desk, tmp_path):
    store = Store.open(f"sqlite:///{tmp_path}/agents.db")
    ledger = Ledger(store, pause=0.001, sleep=lambda seconds: asyncio.sleep(min(seconds, 0.03)))
    tool, arguments = desk.vendor.create
    hands = await ToolboxHands.of(desk.router.toolbox(grants=ledger.grants), tool)
    wrong = {}
    for number, fault in enumerate(FAULTS):
        before = len(desk.proxy.reached("POST "))
        desk.proxy.fail(fault, at="POST ")
        call = desk.call(tool, arguments(next(NUMBERS)))
        effect = await ledger.perform(Place(run=f"run-{number}", node="n"), call, hands)
        reached = len(desk.proxy.reached("POST ")) - before
        # What says that nothing was done is sent again; of anything else nobody knows, and it is not.
        certain = {"confirmed": (1,), "failed": (0,), "unknown": (int(fault.reaches),)}
        if reached not in certain.get(effect.state, ()):
            wrong[fault.name] = (effect.state, reached)
    await store.aclose()
    assert wrong == {}


async def test_what_takes_a_key_is_sent_again_after_a_doubt_and_happens_once(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path}/agents.db")
    ledger = Ledger(store, pause=0.001, sleep=lambda seconds: asyncio.sleep(min(seconds, 0.03)))
    vendor = next(each for each in VENDORS if each.service == "resend")
    with emulate("resend", ready="/health") as emulator:
        desk = Desk(vendor, emulator.url, key=vendor.key)
        hands = await ToolboxHands.of(desk.router.toolbox(grants=ledger.grants), "send_email")
        for number, fault in enumerate((*BEFORE, *AFTER)):
            desk.proxy.fail(fault, at="POST ")
            mail = {"from": "a@example.com", "to": "b@example.com", "subject": f"Ink {number}"}
            effect = await ledger.perform(
                Place(run=f"run-{number}", node="n"), desk.call("send_email", {"body": mail}), hands
            )
            sent = str((await desk.run("list_emails")).content).count(f'"Ink {number}"')
            assert (effect.state, sent) == ("confirmed", 1), fault.name
        await desk.close()
    await store.aclose()
