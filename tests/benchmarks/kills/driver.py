"""One life of a run of three effects that the ledger carries out, and that ends where it is told to.

A life has: run, api, world (the address of its effects), store, nth (which life it is, from 0), lease and
horizon in seconds; point and step, where it kills itself; stops, a point at which it stops itself instead;
think, seconds before each effect; skips, whether each life is on a machine of its own, whose store's clock
stands past the leases of earlier lives.

Two take a safeguard away, to see that it is one: forgets, whether the database is let off synchronising what
it commits; sleeps, whether the clock of deadlines stands still while the process is stopped.
"""

import asyncio
import os
import signal
import time
from collections.abc import Mapping
from contextlib import aclosing
from tempfile import TemporaryDirectory
from typing import Any

import service
from points import SERVED, STEPS

import interlock.http.transport  # noqa: F401 - what is imported here need not be in each life
from interlock import Router, StoreError, ToolCall
from interlock.types import clocks
from interlock_agents import (
    Effect,
    Ledger,
    LedgerBusy,
    Place,
    Store,
    ToolboxHands,
    migrating,  # noqa: F401 - likewise
)
from interlock_agents.ledger import means
from interlock_sql import building, engines  # noqa: F401 - likewise

DONE, FAILED, PERSON = 0, 1, 3
POLL = 0.01
SPAN = 600.0


_routers: dict[tuple[Any, ...], Router] = {}


def router(told: Mapping[str, Any]) -> Router:
    """The router of lives like this one."""
    like = (told["api"], told["world"], told.get("horizon", 0.0))
    if like not in _routers:
        options = {"api": told["api"], "horizon": told.get("horizon", 0.0)}
        world = {"id": "world", "connector": "world", "region": "local", "base_url": told["world"]}
        _routers[like] = Router.from_config({"connectors": [world | {"options": options}]}, plugins=[service])
    return _routers[like]


prepare = router
"""Called before the fork: whatever a router loads and makes is there in every life."""


class Later(Store):
    """A store whose clock is so many seconds ahead."""

    later = 0.0

    def now(self, connection: Any) -> float:
        return super().now(connection) + self.later


class Life:
    """What a life is told, and the step it is at."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.told = told
        self.step = 0

    def at(self, point: str) -> None:
        told = self.told
        if told.get("step", 0) != self.step:
            return
        if told.get("stops") == point:
            os.kill(os.getpid(), signal.SIGSTOP)
        if told.get("point") == point:
            os.kill(os.getpid(), signal.SIGKILL)

    @property
    def store(self) -> Store:
        store = Later.open(self.told["store"])
        store.later = SPAN * self.told["nth"] if self.told.get("skips") else 0.0
        return store

    def title(self, step: int) -> str:
        return f"{self.told['run']}-{step}"


async def _effect(life: Life, ledger: Ledger, hands: ToolboxHands) -> Effect:
    """The effect of the step, tried until something is known of it."""
    place = Place(run=life.told["run"], node=f"step{life.step}")
    call = ToolCall(id=f"call{life.step}", name="act", arguments={"title": life.title(life.step)})
    while True:
        try:
            effect = await ledger.perform(place, call, hands)
        except LedgerBusy as busy:
            await asyncio.sleep(min(max(POLL, busy.seconds), 0.1))
            continue
        except StoreError as error:  # others are writing for too long, on a machine that has too much to do
            print(error)
            continue
        if effect.state != "sent":
            return effect
        await asyncio.sleep(POLL)


async def _live(told: Mapping[str, Any]) -> int:
    life = Life(told)
    if told.get("forgets"):
        engines._synchronise = lambda *_: None
    if told.get("skips") or told.get("sleeps"):
        # On one machine, a clock that nobody sets has to agree that a lease is over.
        means.boot = lambda: f"machine {told['nth']}"
    if told.get("sleeps"):
        clocks._elapsed = time.process_time
    if told.get("point") in SERVED:
        service.DYING[life.title(told["step"])] = told["point"]
    async with router(told) as made, aclosing(life.store) as store:
        ledger = Ledger(store, lease=told["lease"], pause=0.02, at=life.at)
        hands = await ToolboxHands.of(made.toolbox(grants=ledger.grants), "act")
        for step in range(STEPS):
            life.step = step
            await asyncio.sleep(told.get("think", 0.0))
            effect = await _effect(life, ledger, hands)
            if effect.state == "unknown":
                return PERSON
            if effect.state != "confirmed":
                print(effect)
                return FAILED
    return DONE


def live(told: Mapping[str, Any]) -> int:
    return asyncio.run(_live(told))


with TemporaryDirectory() as _folder:
    # What makes the tables is loaded once, before any life.
    Store.open(f"sqlite:///{_folder}/agents.db")._connect().close()
