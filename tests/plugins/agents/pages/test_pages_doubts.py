"""Effects of which nobody knows whether they have happened: shown with until when they may, and decided."""

from collections.abc import Iterator
from pathlib import Path
from time import time as wall

import pytest

from effect_world import Time, World, WorldHands, call
from interlock_agents import Effect, Ledger, Place, Requests, Store
from served import Served, served

PLACE = Place(run="run-1", node="tell")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(Store.open("sqlite:///page.db", tmp_path), pause=0.001)


@pytest.fixture
def page(ledger: Ledger) -> Iterator[Served]:
    with served(Requests(store=ledger.store), ledger) as running:
        yield running


async def doubtful(ledger: Ledger, *, settles_within: float = 0.0, to: str = "ada", seq: int = 0) -> Effect:
    """One that was sent to a service that takes no key and cannot be read, and that gave no answer."""
    world = World("blind", Time(), script=["lost"])
    hands = WorldHands(world, settles_within=settles_within)
    place = Place(run="run-1", node=f"tell{seq}")
    effect = await ledger.perform(place, call(to=to), hands)
    assert effect.state == "unknown"
    return effect


async def test_what_nobody_knows_is_listed_and_decided_by_whoever_looked(
    page: Served, ledger: Ledger
) -> None:
    effect = await doubtful(ledger)
    browser = page.signed_in("Ada")
    listed = browser.get("/").text
    assert "1 of unknown outcome" in listed
    there = f"/effect?id={effect.id.replace('/', '%2F')}"
    assert there.replace("%2F", "/") in listed or there in listed
    detail = browser.get(there).text
    for told in ("Nobody knows whether this has happened", effect.key, "&#34;to&#34;: &#34;ada&#34;", "once"):
        assert told in detail
    done = browser.submit("/effect", decision="confirmed", evidence="it is in the sent folder")
    assert done.status == 303
    known = await ledger.effect(effect.id)
    assert known is not None
    assert known.state == "confirmed"
    last = (await ledger.events(effect.id))[-1]
    assert (last.by, last.why) == ("Ada", "confirmed: it is in the sent folder")
    assert "This effect is confirmed" in browser.get(there).text
    assert "Nothing waits" in browser.get("/").text


async def test_until_when_it_may_still_happen_stands_beside_it(page: Served, ledger: Ledger) -> None:
    effect = await doubtful(ledger, settles_within=3600.0)
    assert effect.until is not None
    assert effect.until > wall()
    browser = page.signed_in()
    assert "may still happen until" in browser.get("/").text
    assert "that you see nothing before then means nothing" in browser.get(f"/effect?id={effect.id}").text
    refused = browser.submit("/effect", decision="failed", evidence="I see nothing")
    assert refused.status == 400
    assert "may still happen until" in refused.text
    known = await ledger.effect(effect.id)
    assert known is not None
    assert known.state == "unknown"


@pytest.mark.parametrize(
    ("decision", "evidence"), [("", "x"), ("sent", "x"), ("confirmed", ""), ("confirmed", "  ")]
)
async def test_nothing_is_decided_without_a_decision_and_what_was_looked_at(
    page: Served, ledger: Ledger, decision: str, evidence: str
) -> None:
    effect = await doubtful(ledger)
    browser = page.signed_in()
    browser.get(f"/effect?id={effect.id}")
    assert browser.submit("/effect", decision=decision, evidence=evidence).status == 400
    known = await ledger.effect(effect.id)
    assert known is not None
    assert known.state == "unknown"


async def test_what_is_not_in_doubt_has_no_form(page: Served, ledger: Ledger) -> None:
    effect = await ledger.perform(PLACE, call(), WorldHands(World("blind", Time())))
    browser = page.signed_in()
    assert "This effect is confirmed" in browser.get(f"/effect?id={effect.id}").text
    assert 'action="/effect"' not in browser.text
    assert browser.get("/effect?id=none").status == 404


async def test_all_of_long_arguments_can_be_seen(page: Served, ledger: Ledger) -> None:
    effect = await doubtful(ledger, to="x" * 10_000)
    browser = page.signed_in()
    detail = browser.get(f"/effect?id={effect.id}").text
    assert len(detail) < 15_000
    assert f'href="/effect/arguments?id={effect.id}"' in detail
    assert "x" * 10_000 in browser.get(f"/effect/arguments?id={effect.id}").text


async def test_more_than_a_page_of_doubts_are_counted(page: Served, ledger: Ledger) -> None:
    for number in range(30):
        await doubtful(ledger, seq=number)
    text = page.signed_in().get("/").text
    assert "30 of unknown outcome" in text
    assert "5 more are listed once these are settled" in text
