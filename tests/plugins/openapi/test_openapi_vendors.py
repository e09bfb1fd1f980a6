"""Services of the long tail, each by its document against what stands in for it: sign in, make, change, page
through, take away, and what comes of it when something goes wrong on the way.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import pytest

from emulators import emulate
from fault_proxy import AFTER, BEFORE, REFUSED, FaultProxy, limits
from interlock import Router, ToolCall, ToolOutcome
from interlock_agents import Ledger, Place, Store, ToolboxHands
from openapi_vendors import VENDORS, Vendor

NUMBERS = count(1)
FAULTS = (*BEFORE, *AFTER, *limits(), *REFUSED)
MOST = 12  # pages


class Desk:
    """A connector to one service, through a proxy that lets requests fail."""

    def __init__(self, vendor: Vendor, url: str, *, key: str | None) -> None:
        self.vendor = vendor
        self.proxy = FaultProxy(url)
        self.proxy.__enter__()
        there = {"id": vendor.service, "connector": "openapi", "region": "us", "base_url": self.proxy.url}
        there |= {"api_key": key} if key else {}
        there["options"] = {"document": str(vendor.document)}
        rules = [{"tools": f"{vendor.service}/*", "effect": "write"}]
        rules = [{"tools": f"{vendor.service}/{name}", **each} for each in rules for name in self.writing]
        self.router = Router.from_config({"connectors": [there], "tools": {"rules": rules}})
        self.box = self.router.toolbox()
        self.fixed = dict(vendor.fixed)

    @property
    def writing(self) -> list[str]:
        tools = [self.vendor.create[0], self.vendor.delete]
        return [*tools, self.vendor.update[0]] if self.vendor.update else tools

    async def enter(self) -> None:
        """Find in what things are."""
        if self.vendor.within is not None:
            tool, argument = self.vendor.within
            self.fixed[argument] = json.loads(str((await self.run(tool)).content))["results"][0]["id"]

    def call(self, tool: str, arguments: Mapping[str, Any] | None = None, made: str = "") -> ToolCall:
        known = {self.vendor.named[1]: made} if made else {}
        given = {**self.fixed, **known, **(arguments or {})}
        return ToolCall(id=f"call-{next(NUMBERS)}", name=tool, arguments=given)

    async def run(self, tool: str, arguments: Mapping[str, Any] | None = None, made: str = "") -> ToolOutcome:
        return await self.box.run(self.call(tool, arguments, made))

    async def make(self) -> str:
        tool, arguments = self.vendor.create
        outcome = await self.run(tool, arguments(next(NUMBERS)))
        assert outcome.outcome == "done", outcome.content
        assert outcome.receipt is not None
        return str(outcome.receipt[self.vendor.named[0]])


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
    await desk.router.aclose()
    desk.proxy.__exit__(None, None, None)


async def test_a_thing_is_made_changed_read_and_taken_away(desk):
    vendor = desk.vendor
    made = await desk.make()
    if vendor.update is not None:
        assert (await desk.run(*vendor.update, made)).outcome == "done"
    assert vendor.shows in str((await desk.run(vendor.read, None, made)).content)
    assert made in str((await desk.run(vendor.listed)).content)
    assert (await desk.run(vendor.delete, None, made)).outcome == "done"
    gone = await desk.run(vendor.read, None, made)
    assert (gone.outcome, gone.reason) == ("refused", "refused")
    assert "404" in str(gone.content)


async def test_pages_are_followed_to_the_last_by_what_the_answer_says(desk):
    if desk.vendor.pages is None:
        pytest.skip("it gives everything at once")
    for _ in range(4):
        await desk.make()
    tool, small = desk.vendor.pages
    shown = (await desk.box.tool(tool)).spec.parameters["properties"]
    asked, pages = dict(small), []
    while len(pages) < MOST:
        outcome = await desk.run(tool, asked)
        assert outcome.outcome == "done"
        pages.append(outcome.content)
        if outcome.more is None:
            break
        said = dict(pair.split("=", 1) for pair in outcome.more.split(" "))
        asked |= {
            name: value if shown[name]["type"] == "string" else int(value) for name, value in said.items()
        }
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
    await desk.router.aclose()
    desk.proxy.__exit__(None, None, None)
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
