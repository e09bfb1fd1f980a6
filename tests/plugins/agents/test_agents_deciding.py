"""What a person decides of effects of which nobody knows, and what looking after them comes to."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from effect_world import Deaths, Killed, Time, World, WorldHands, call
from interlock import LogEntry, LogUnavailable, RequestError, StoreError, UnknownTool
from interlock_agents.budgets import Amounts
from interlock_agents.budgets.accounts import totals
from interlock_agents.errors import LedgerBusy
from interlock_agents.ledger.ledger import Ledger
from interlock_agents.places import Place
from interlock_agents.store import Store

PLACE = Place(run="r", node="n")
BY = {"by": "ada@example.org", "evidence": "the account's statement of today"}


class Log:
    """A log in memory, which may be down."""

    api, name = 1, "memory"

    def __init__(self) -> None:
        self.entries: list[LogEntry] = []
        self.down = False

    async def append(self, entries: Any) -> None:
        if self.down:
            raise StoreError("the log is down")
        self.entries += entries

    async def aclose(self) -> None:
        return None


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def kept(time: Time, tmp_path: Path) -> AsyncIterator[Store]:
    store = Store.open(f"sqlite:///{tmp_path}/agents.db", clock=time.wall)
    yield store
    await store.aclose()


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def ledger(kept: Store, time: Time, log: Log) -> Ledger:
    return Ledger(kept, clock=time.clock, sleep=time.sleep, log=log)


async def doubted(ledger: Ledger, time: Time, *, settles: float = 60) -> tuple[World, WorldHands]:
    world = World("blind", time, script=["cut"])
    hands = WorldHands(world, settles_within=settles)
    assert (await ledger.perform(PLACE, call(), hands, hold=Amounts(usd=0.5))).state == "unknown"
    return world, hands


@pytest.mark.parametrize(
    ("decision", "state", "spent"),
    [("confirmed", "confirmed", 0.5), ("failed", "failed", 0), ("abandon", "abandoned", 0.5)],
)
async def test_what_a_person_decides_is_final_and_says_who_and_why(
    ledger: Ledger, kept: Store, time: Time, log: Log, *, decision: Any, state: str, spent: float
) -> None:
    world, hands = await doubted(ledger, time)
    time.now += 61
    effect = await ledger.decide("r/n/0/0", decision, **BY)
    assert effect.state == state
    last = (await ledger.events(effect.id))[-1]
    assert (last.was, last.now, last.by) == ("unknown", state, BY["by"])
    assert BY["evidence"] in last.why
    assert last.at == time.wall()
    assert await kept.read(lambda c: totals(c, "r")) == (Amounts(), Amounts(usd=spent))
    assert await ledger.perform(PLACE, call(), hands) == effect
    assert len(world.sent) == 1
    with pytest.raises(RequestError, match=f"is {state}, and cannot become"):
        await ledger.decide("r/n/0/0", "retry", **BY)
    told = log.entries[-1]
    assert (told.kind, told.subject, told.facts["decision"]) == ("agents.person_decided", BY["by"], decision)
    assert BY["by"] not in str(told.facts)


async def test_what_a_person_has_sent_again_is_sent_once_more(ledger: Ledger, time: Time) -> None:
    world, hands = await doubted(ledger, time)
    time.now += 61
    world.happened.clear()  # it never arrived, and the person has seen so
    assert (await ledger.decide("r/n/0/0", "retry", **BY)).state == "intent"
    effect = await ledger.perform(PLACE, call(), hands)
    assert (effect.state, effect.tries, len(world.happened)) == ("confirmed", 2, 1)


@pytest.mark.parametrize("decision", ["failed", "retry"])
async def test_nobody_says_that_it_has_not_happened_while_it_still_may(
    ledger: Ledger, time: Time, decision: Any
) -> None:
    await doubted(ledger, time)
    with pytest.raises(RequestError, match=r"may still happen until 2023-.*; look again after that"):
        await ledger.decide("r/n/0/0", decision, **BY)
    assert (await ledger.decide("r/n/0/0", "confirmed", **BY)).state == "confirmed"


@pytest.mark.parametrize(
    ("id_", "decision", "given", "key"),
    [
        ("r/x/0/0", "confirmed", BY, "effect"),
        ("r/n/0/0", "maybe", BY, "decision"),
        ("r/n/0/0", "confirmed", BY | {"by": " "}, "by"),
        ("r/n/0/0", "confirmed", BY | {"evidence": ""}, "evidence"),
    ],
)
async def test_a_decision_that_is_none_is_refused_by_name(
    ledger: Ledger, time: Time, log: Log, *, id_: str, decision: Any, given: dict[str, str], key: str
) -> None:
    await doubted(ledger, time)
    told = len(log.entries)
    with pytest.raises(RequestError) as caught:
        await ledger.decide(id_, decision, **given)
    assert (caught.value.key, len(log.entries)) == (key, told)


async def test_what_the_log_may_not_have_is_not_decided(ledger: Ledger, time: Time, log: Log) -> None:
    await doubted(ledger, time)
    log.down = True
    with pytest.raises(LogUnavailable):
        await ledger.decide("r/n/0/0", "confirmed", **BY)
    assert [effect.state for effect in await ledger.open("r")] == ["unknown"]


async def test_what_somebody_works_on_is_nobody_elses_to_decide(kept: Store, time: Time) -> None:
    dying = Ledger(kept, clock=time.clock, sleep=time.sleep, at=Deaths([4]))
    with pytest.raises(Killed):
        await dying.perform(PLACE, call(), WorldHands(World("blind", time), settles_within=60))
    ledger = Ledger(kept, clock=time.clock, sleep=time.sleep)
    with pytest.raises(LedgerBusy):
        await ledger.decide("r/n/0/0", "confirmed", **BY)
    time.now += 31
    with pytest.raises(RequestError, match="may still happen"):
        await ledger.decide("r/n/0/0", "failed", **BY)
    time.now += 60
    assert (await ledger.decide("r/n/0/0", "failed", **BY)).state == "failed"
    assert [event.now for event in await ledger.events("r/n/0/0")][-2:] == ["unknown", "failed"]


async def test_looking_after_a_run_finds_out_what_performing_it_again_would(kept: Store, time: Time) -> None:
    worlds = {kind: World(kind, time) for kind in ("keyed", "readable", "blind")}
    for kind, world in worlds.items():
        dying = Ledger(kept, clock=time.clock, sleep=time.sleep, at=Deaths([5]))
        with pytest.raises(Killed, match="parsed"):
            await dying.perform(Place(run="r", node=kind), call(kind=kind), WorldHands(world))
    ledger = Ledger(kept, clock=time.clock, sleep=time.sleep)
    hands = {kind: WorldHands(world) for kind, world in worlds.items()}
    turns = iter(["blind", "keyed", "readable"])

    async def hands_of(tool: str) -> WorldHands:
        assert tool == "send"
        return hands[next(turns)]

    busy = await ledger.reconcile("r", hands_of)
    assert (len(busy.busy), busy.effects) == (3, ())
    time.now += 31
    turns = iter(["blind", "keyed", "readable"])
    done = await ledger.reconcile("r", hands_of)
    assert {effect.place.node: effect.state for effect in done.effects} == {
        "keyed": "confirmed",
        "readable": "confirmed",
        "blind": "unknown",
    }
    assert [len(world.happened) for world in worlds.values()] == [1, 1, 1]
    assert (await ledger.reconcile(None, hands_of)).effects == ()


async def test_a_tool_that_is_gone_keeps_nobody_from_the_others(kept: Store, time: Time) -> None:
    dying = Ledger(kept, clock=time.clock, sleep=time.sleep, at=Deaths([5]))
    with pytest.raises(Killed):
        await dying.perform(PLACE, call(), WorldHands(World("keyed", time)))
    time.now += 31
    ledger = Ledger(kept, clock=time.clock, sleep=time.sleep)

    async def nobody(tool: str) -> None:
        return None

    report = await ledger.reconcile(None, nobody)
    assert [*report.failed] == ["r/n/0/0"]
    assert isinstance(report.failed["r/n/0/0"], UnknownTool)
