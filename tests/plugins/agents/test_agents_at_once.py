"""Many who ask for the same at once, over connections of their own, in either database."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from effect_world import Time, World, WorldHands, call
from interlock import InterlockError
from interlock_agents.budgets import Amounts
from interlock_agents.budgets.accounts import limit, totals
from interlock_agents.errors import EffectChanged, EffectOpen, LedgerBusy, OverBudget
from interlock_agents.ledger.effects import Effect
from interlock_agents.ledger.ledger import Ledger
from interlock_agents.places import Place
from interlock_agents.store import Store


@pytest.fixture
async def stores(url: str) -> AsyncIterator[list[Store]]:
    made = [Store.open(url) for _ in range(4)]
    await made[0].run(lambda connection: None)  # its tables are made
    yield made
    for store in made:
        await store.aclose()


async def asked(ledger: Ledger, place: Place, hands: WorldHands, **how: object) -> Effect | InterlockError:
    try:
        return await ledger.perform(place, call(), hands, **how)  # type: ignore[arg-type]  # a hold
    except InterlockError as error:
        return error


async def test_one_of_many_does_it_and_the_others_wait_or_hear_of_it(stores: list[Store]) -> None:
    world = World("blind", Time())
    hands = WorldHands(world)
    places = [Place(run="r", node=f"n{number}") for number in range(5)]
    ledgers = [Ledger(store) for store in stores]
    came = await asyncio.gather(*(asked(ledger, place, hands) for place in places for ledger in ledgers))
    assert all(isinstance(each, LedgerBusy) or each.state == "confirmed" for each in came)  # type: ignore[union-attr]  # so it says
    keys = sorted(place.key("send", call().arguments) for place in places)
    assert sorted(key for _, key in world.sent) == keys


async def test_two_approaches_of_a_node_never_act_at_once(stores: list[Store]) -> None:
    world = World("blind", Time(), script=["cut"] * 40)
    hands = WorldHands(world)
    ledgers = [Ledger(store) for store in stores]
    for number in range(5):
        places = [Place(run="r", node=f"n{number}", approach=approach) for approach in range(4)]
        came = await asyncio.gather(
            *(asked(ledger, place, hands) for ledger, place in zip(ledgers, places, strict=True))
        )
        done = [each for each in came if isinstance(each, Effect)]
        assert [each.state for each in done] == ["unknown"]
        assert all(isinstance(each, Effect | EffectOpen | EffectChanged) for each in came)
    assert len(world.sent) == 5


async def test_what_is_spent_and_held_never_exceeds_the_limit(stores: list[Store]) -> None:
    await stores[0].run(lambda c: limit(c, "r", usd=1.0))
    world = World("keyed", Time())
    hands = WorldHands(world)
    ledgers = [Ledger(store) for store in stores]
    came = await asyncio.gather(
        *(
            asked(ledgers[number % 4], Place(run="r", node=f"n{number}"), hands, hold=Amounts(usd=0.1))
            for number in range(24)
        )
    )
    assert sum(isinstance(each, OverBudget) for each in came) == 14
    assert len(world.happened) == 10
    assert await stores[1].read(lambda c: totals(c, "r")) == (Amounts(), Amounts(usd=1.0))
