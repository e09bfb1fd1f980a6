"""Whoever is cancelled lets go: what is known is kept, and the next one finds out without waiting."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from effect_world import Time, World, WorldHands, call
from interlock import ToolOutcome
from interlock_agents.budgets import Amounts
from interlock_agents.budgets.accounts import totals
from interlock_agents.ledger.effects import Effect
from interlock_agents.ledger.hands import Sending
from interlock_agents.ledger.ledger import Ledger
from interlock_agents.places import Place
from interlock_agents.store import Store

PLACE = Place(run="r", node="n")
SETTLES = 5.0


class Slow(WorldHands):
    """Hands whose first request has left, and is waited for without end."""

    def __init__(self, world: World, **how: Any) -> None:
        super().__init__(world, settles_within=SETTLES, **how)
        self.left = asyncio.Event()

    async def run(self, sending: Sending) -> ToolOutcome:
        outcome = await super().run(sending)
        if not self.left.is_set():
            self.left.set()
            await asyncio.Event().wait()
        return outcome


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def kept(time: Time, tmp_path: Path) -> AsyncIterator[Store]:
    store = Store.open(f"sqlite:///{tmp_path}/agents.db", clock=time.wall)
    yield store
    await store.aclose()


def ledger_of(kept: Store, time: Time, **how: Any) -> Ledger:
    return Ledger(kept, clock=time.clock, sleep=time.sleep, **how)


async def cancelled(work: Any, when: Callable[[], Any]) -> None:
    """Cancel it then."""
    task = asyncio.ensure_future(work)
    await when()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(
    ("kind", "state", "sendings"),
    [
        ("keyed", "confirmed", 2),
        ("natural", "confirmed", 2),
        ("readable", "confirmed", 1),
        ("blind", "unknown", 1),
    ],
)
async def test_what_had_left_is_found_out_about_at_once_and_happens_once(
    kept: Store, time: Time, kind: str, state: str, sendings: int
) -> None:
    world = World(kind, time)
    hands = Slow(world)
    ledger, began = ledger_of(kept, time), time.now
    await cancelled(ledger.perform(PLACE, call(), hands), hands.left.wait)
    effect = await ledger_of(kept, time).perform(PLACE, call(), hands)
    assert (effect.state, len(world.sent), world.times(effect.key)) == (state, sendings, 1)
    assert time.now == began, "nobody waited for a lease"
    if kind == "blind":
        assert effect.until == time.wall() + SETTLES


async def test_what_had_left_and_is_not_there_is_sent_again_after_its_horizon_alone(
    kept: Store, time: Time
) -> None:
    world = World("readable", time, script=["lost"])
    hands = Slow(world)
    await cancelled(ledger_of(kept, time).perform(PLACE, call(), hands), hands.left.wait)
    time.now += 2.0
    taken_up = time.now
    effect = await ledger_of(kept, time).perform(PLACE, call(), hands)
    assert (effect.state, world.times(effect.key)) == ("confirmed", 1)
    assert world.sent[-1][0] >= taken_up + SETTLES, "it could have been under way until then"


async def test_what_had_not_left_is_an_intent_again_and_holds_nothing(kept: Store, time: Time) -> None:
    world = World("blind", time)
    told = asyncio.Event()

    class Log:
        api, name = 1, "stuck"

        async def append(self, entries: Any) -> None:
            told.set()
            await asyncio.Event().wait()

        async def aclose(self) -> None:
            return None

    stuck = ledger_of(kept, time, log=Log())
    await cancelled(stuck.perform(PLACE, call(), WorldHands(world), hold=Amounts(usd=1)), told.wait)
    ledger = ledger_of(kept, time)
    [effect] = await ledger.effects("r")
    assert (effect.state, effect.tries, world.sent) == ("intent", 0, [])
    assert await kept.read(lambda c: totals(c, "r")) == (Amounts(), Amounts())
    assert (await ledger.perform(PLACE, call(), WorldHands(world))).state == "confirmed"


async def at_a_write(kept: Store, number: int, work: Any) -> None:
    """Cancel the work as soon as it has asked the store for the write of that number, counted from 0."""
    run, asked, task = kept.run, 0, asyncio.ensure_future(work)

    async def counted(change: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked - 1 == number:
            asyncio.get_running_loop().call_soon(task.cancel)
        return await run(change)

    kept.run = counted  # type: ignore[method-assign]  # to know when
    try:
        with pytest.raises(asyncio.CancelledError):
            await task
    finally:
        del kept.run


async def test_who_is_cancelled_while_it_is_written_down_leaves_nothing_taken(
    kept: Store, time: Time
) -> None:
    world = World("blind", time)
    await at_a_write(kept, 0, ledger_of(kept, time).perform(PLACE, call(), WorldHands(world)))
    effect: Effect = await ledger_of(kept, time).perform(PLACE, call(), WorldHands(world))
    assert (effect.state, len(world.sent)) == ("confirmed", 1)


async def test_what_is_known_when_its_owner_is_cancelled_is_written_down(kept: Store, time: Time) -> None:
    world = World("blind", time)
    await at_a_write(kept, 1, ledger_of(kept, time).perform(PLACE, call(), WorldHands(world)))
    [effect] = await ledger_of(kept, time).effects("r")
    assert (effect.state, effect.receipt) == ("confirmed", {"key": effect.key})


async def test_who_was_overtaken_and_is_cancelled_lets_go_of_nobody_elses(kept: Store, time: Time) -> None:
    world = World("keyed", time)
    first, second = Slow(world), Slow(world)
    task = asyncio.ensure_future(ledger_of(kept, time).perform(PLACE, call(), first))
    await first.left.wait()
    time.now += 31
    other = asyncio.ensure_future(ledger_of(kept, time).perform(PLACE, call(), second))
    await second.left.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    [effect] = await ledger_of(kept, time).effects("r")
    assert effect.lease > time.wall()
    other.cancel()
    with pytest.raises(asyncio.CancelledError):
        await other
