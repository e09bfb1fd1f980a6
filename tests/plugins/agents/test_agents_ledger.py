"""The ledger at work: what happens once, what is found out, and what is left to a person."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from threading import Thread

import pytest

from effect_world import Deaths, Killed, Time, World, WorldHands, call
from interlock_agents.budgets import Amounts
from interlock_agents.budgets.accounts import limit, totals
from interlock_agents.errors import EffectChanged, EffectOpen, LedgerBusy, OverBudget
from interlock_agents.ledger.ledger import Ledger
from interlock_agents.places import Place
from interlock_agents.store import Store

PLACE = Place(run="r", node="n")


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def kept(time: Time, tmp_path: Path) -> AsyncIterator[Store]:
    store = Store.open(f"sqlite:///{tmp_path}/agents.db", clock=time.wall)
    yield store
    await store.aclose()


@pytest.fixture
def ledger(kept: Store, time: Time) -> Ledger:
    return Ledger(kept, clock=time.clock, sleep=time.sleep)


@pytest.mark.parametrize("kind", ["keyed", "natural", "readable", "blind"])
async def test_an_effect_is_done_once_however_often_it_is_asked_for(
    ledger: Ledger, time: Time, kind: str
) -> None:
    world = World(kind, time)
    hands = WorldHands(world)
    first = await ledger.perform(PLACE, call(), hands)
    again = await ledger.perform(PLACE, call(), hands)
    assert first == again
    assert (first.state, first.tries, first.receipt) == ("confirmed", 1, {"key": first.key})
    assert len(world.sent) == 1
    assert [(event.was, event.now) for event in await ledger.events(first.id)] == [
        (None, "intent"),
        ("intent", "sent"),
        ("sent", "confirmed"),
    ]


@pytest.mark.parametrize("what", ["lost", "cut", "raises"])
@pytest.mark.parametrize("kind", ["keyed", "natural", "readable"])
async def test_what_nobody_heard_of_is_found_out_and_happens_once(
    ledger: Ledger, time: Time, kind: str, what: str
) -> None:
    world = World(kind, time, script=[what])
    effect = await ledger.perform(PLACE, call(), WorldHands(world))
    assert effect.state == "confirmed"
    assert world.times(effect.key) == 1


@pytest.mark.parametrize("what", ["lost", "cut", "raises"])
async def test_what_can_neither_be_repeated_nor_seen_waits_for_a_person(
    ledger: Ledger, time: Time, what: str
) -> None:
    world = World("blind", time, script=[what])
    hands = WorldHands(world, settles_within=60)
    effect = await ledger.perform(PLACE, call(), hands)
    assert effect.state == "unknown"
    assert effect.until == time.wall() + 60
    assert await ledger.perform(PLACE, call(), hands) == effect
    assert len(world.sent) == 1
    assert await ledger.open("r") == (effect,)


async def test_a_certain_refusal_is_final_and_costs_nothing(ledger: Ledger, kept: Store, time: Time) -> None:
    effect = await ledger.perform(
        PLACE, call(), WorldHands(World("keyed", time, script=["refused"])), hold=Amounts(usd=1)
    )
    assert (effect.state, effect.reason, effect.content) == ("failed", "refused", "no")
    assert await kept.read(lambda c: totals(c, "r")) == (Amounts(), Amounts())


async def test_a_refusal_says_nothing_of_a_sending_before(ledger: Ledger, time: Time) -> None:
    keyed = World("keyed", time, script=["cut", "refused"])
    effect = await ledger.perform(PLACE, call(), WorldHands(keyed))
    assert (effect.state, keyed.times(effect.key)) == ("unknown", 1)
    readable = World("readable", time, script=["lost", "refused"])
    effect = await ledger.perform(Place(run="r", node="m"), call(), WorldHands(readable))
    assert (effect.state, readable.times(effect.key)) == ("failed", 0)


@pytest.mark.parametrize("what", ["conflict", "limited", "not_sent"])
async def test_a_key_in_progress_is_asked_for_again_and_not_taken_for_a_refusal(
    ledger: Ledger, time: Time, what: str
) -> None:
    world = World("keyed", time, script=["cut", what])
    effect = await ledger.perform(PLACE, call(), WorldHands(world))
    assert (effect.state, effect.tries, world.times(effect.key)) == ("confirmed", 3, 1)


async def test_another_call_at_the_same_place_is_refused(ledger: Ledger, time: Time) -> None:
    world = World("keyed", time)
    await ledger.perform(PLACE, call(to="ada"), WorldHands(world))
    with pytest.raises(EffectChanged) as caught:
        await ledger.perform(PLACE, call(to="bob"), WorldHands(world))
    assert caught.value.place == "r/n/0/0"
    assert len(world.happened) == 1


async def test_nobody_takes_up_what_another_works_on(kept: Store, time: Time) -> None:
    world = World("keyed", time)
    dying = Ledger(kept, clock=time.clock, sleep=time.sleep, at=Deaths([4]))
    with pytest.raises(Killed, match="before_socket"):
        await dying.perform(PLACE, call(), WorldHands(world))
    other = Ledger(kept, clock=time.clock, sleep=time.sleep)
    with pytest.raises(LedgerBusy) as caught:
        await other.perform(PLACE, call(), WorldHands(world))
    assert caught.value.seconds == pytest.approx(30)
    time.now += caught.value.seconds
    assert (await other.perform(PLACE, call(), WorldHands(world))).state == "confirmed"
    assert len(world.happened) == 1


async def test_what_it_may_cost_is_held_and_then_spent(ledger: Ledger, kept: Store, time: Time) -> None:
    await kept.run(lambda c: limit(c, "r", usd=1.0))
    seen = []
    hands = WorldHands(World("blind", time, script=["done", "cut"]))
    effect = await ledger.perform(PLACE, call(), hands, hold=Amounts(usd=0.5))
    assert effect.cost == Amounts(usd=0.5)
    seen.append(await kept.read(lambda c: totals(c, "r")))
    await ledger.perform(Place(run="r", node="m"), call(), hands, hold=Amounts(usd=0.5))
    seen.append(await kept.read(lambda c: totals(c, "r")))
    assert seen == [(Amounts(), Amounts(usd=0.5)), (Amounts(usd=0.5), Amounts(usd=0.5))]
    with pytest.raises(OverBudget):
        await ledger.perform(Place(run="r", node="o"), call(), hands, hold=Amounts(usd=0.01))
    assert await ledger.effect("r/o/0/0") is None


async def test_what_is_not_known_blocks_another_approach_and_what_follows(ledger: Ledger, time: Time) -> None:
    world = World("blind", time, script=["cut"])
    effect = await ledger.perform(PLACE, call(), WorldHands(world))
    for place, after in ((Place(run="r", node="n", approach=1), ()), (Place(run="r", node="m"), ("n",))):
        with pytest.raises(EffectOpen) as caught:
            await ledger.perform(place, call(), WorldHands(world), after=after)
        assert caught.value.effects == (effect.id,)
    assert (await ledger.perform(Place(run="r", node="m"), call(), WorldHands(world))).state == "confirmed"
    assert await ledger.blocked("r", "n") == (effect,)
    assert await ledger.blocked("r", "m", "n") == (effect,)
    assert await ledger.blocked("r", "m") == ()


async def test_a_node_does_not_go_back_to_an_approach_that_it_has_left(ledger: Ledger, time: Time) -> None:
    world = World("keyed", time)
    await ledger.perform(Place(run="r", node="n", approach=1), call(), WorldHands(world))
    with pytest.raises(EffectChanged, match="another way"):
        await ledger.perform(PLACE, call(), WorldHands(world))


async def test_reading_needs_no_row(ledger: Ledger, time: Time) -> None:
    effect = await ledger.perform(PLACE, call(), WorldHands(World("natural", time), effect="read"))
    assert (effect.state, effect.content) == ("confirmed", f"did {effect.key[:4]}")
    assert await ledger.effects("r") == ()
    kept = await ledger.perform(PLACE, call(), WorldHands(World("natural", time), effect="read"), keep=True)
    assert await ledger.effects("r") == (kept,)


async def test_who_was_overtaken_by_somebody_who_died_settles_nothing(kept: Store, time: Time) -> None:
    world = World("blind", time)
    overtaking: list[str] = []

    def stopped(boundary: str) -> None:
        if boundary == "parsed":
            time.now += 31
            other = Ledger(kept, clock=time.clock, sleep=time.sleep, at=Deaths([2]))
            thread = Thread(target=overtake, args=(other,))
            thread.start()
            thread.join()

    def overtake(other: Ledger) -> None:
        try:
            asyncio.run(other.perform(PLACE, call(), WorldHands(world)))
        except Killed as death:
            overtaking.append(str(death))

    ledger = Ledger(kept, clock=time.clock, sleep=time.sleep, at=stopped)
    effect = await ledger.perform(PLACE, call(), WorldHands(world))
    assert overtaking == ["claimed"]
    assert (effect.state, effect.epoch) == ("sent", 2)
    last = (await ledger.events(effect.id))[-1]
    assert (last.was, last.now) == ("sent", "sent")
    assert last.why == "too late, from whoever held epoch 1: it has happened"
    time.now += 31
    assert (await ledger.perform(PLACE, call(), WorldHands(world))).state == "unknown"
    assert len(world.sent) == 1
