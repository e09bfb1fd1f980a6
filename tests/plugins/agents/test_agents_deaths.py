"""Whoever carries out effects dies at any boundary, and again while finding out: nothing happens twice."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effect_world import Deaths, Killed, Time, World, WorldHands, call
from interlock_agents.errors import LedgerBusy
from interlock_agents.ledger.effects import Effect
from interlock_agents.ledger.ledger import Ledger
from interlock_agents.places import Place
from interlock_agents.store import Store

HORIZON = 5.0
NODES = ("one", "two", "three")
SCRIPT = st.lists(st.sampled_from(["done", "lost", "cut", "raises", "limited", "conflict"]), max_size=6)


class Life:
    """A run of three effects, begun anew whenever whoever executes it dies."""

    def __init__(self, folder: Path, run: str, world: World, deaths: list[int]) -> None:
        self.time = world.time
        self.world = world
        self.run = run
        self.at = Deaths(deaths)
        self.store = Store.open(f"sqlite:///{folder}/agents.db", clock=self.time.wall)
        self.hands = WorldHands(world, settles_within=HORIZON, on_socket=lambda: self.at("happened"))

    async def live(self) -> list[Effect]:
        try:
            for _ in range(60):
                try:
                    return await self._once()
                except Killed:
                    self.time.now += 1
                except LedgerBusy as busy:
                    self.time.now += busy.seconds
            raise AssertionError("it never ends")
        finally:
            await self.store.aclose()

    async def _once(self) -> list[Effect]:
        ledger = Ledger(self.store, clock=self.time.clock, sleep=self.time.sleep, at=self.at)
        known = []
        for node in NODES:
            effect = await ledger.perform(Place(run=self.run, node=node), call(to=node), self.hands)
            for _ in range(20):
                if effect.state != "sent":
                    break
                effect = await ledger.perform(Place(run=self.run, node=node), call(to=node), self.hands)
            known.append(effect)
        return known


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("deaths")


COUNTER = iter(range(1_000_000))


@settings(max_examples=25, deadline=None)
@given(
    kind=st.sampled_from(["keyed", "natural", "readable", "blind"]),
    deaths=st.lists(st.integers(0, 60), max_size=5, unique=True),
    script=SCRIPT,
    late=st.sampled_from([0.0, 1.0, HORIZON - 0.1]),
)
def test_no_effect_happens_twice_none_is_lost_and_none_is_confirmed_that_has_not_happened(
    folder: Path, kind: str, deaths: list[int], script: list[str], late: float
) -> None:
    world = World(kind, Time(), late=late if kind == "readable" else 0.0, script=list(script))
    life = Life(folder, f"run{next(COUNTER)}", world, deaths)
    for effect in asyncio.run(life.live()):
        times = world.times(effect.key)
        assert times <= 1, "twice"
        if effect.state == "confirmed":
            assert times == 1, "confirmed, and it has not happened"
        elif effect.state == "failed":
            assert times == 0, "failed, and it has happened"
        else:
            assert effect.state == "unknown"
            assert kind == "blind" or "conflict" in script
