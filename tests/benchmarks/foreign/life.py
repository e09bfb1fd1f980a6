"""One life of an agent that does a task's calls through the ledger, over HTTP, and may be killed on its way.

A life has: run, server, address, store, calls (name and arguments of each), and, where it is to kill itself,
point and step: then it is lived in a fork, by `kills/forkserver.py`.
"""

import asyncio
import os
import signal
from collections.abc import Mapping
from contextlib import aclosing
from tempfile import TemporaryDirectory
from typing import Any

import interlock.http.transport  # noqa: F401 - what is imported here need not be in each life
import interlock_mcp.offering  # noqa: F401 - likewise
from interlock import Router, StoreError, ToolCall, UnknownTool
from interlock_agents import (
    Effect,
    Ledger,
    LedgerBusy,
    Place,
    Store,
    ToolboxHands,
    migrating,  # noqa: F401 - likewise
)
from interlock_sql import building, engines  # noqa: F401 - likewise

DONE, FAILED, PERSON = 0, 1, 3
LEASE = 2.0
APPROACHES = 4
TRIES = 20
_routers: dict[str, Router] = {}


def router(told: Mapping[str, Any]) -> Router:
    """The router of lives with this server: whatever its tools do is an effect, and none may be repeated."""
    address = told["address"]
    if address not in _routers:
        there = {"id": told["server"], "connector": "mcp", "region": "local", "base_url": address}
        rules = {"rules": [{"tools": "*", "effect": "write", "repeat": "none", "settles_within": 0.05}]}
        _routers[address] = Router.from_config({"connectors": [there], "tools": rules})
    return _routers[address]


prepare = router
"""Called before the fork."""


class Life:
    """What a life is told, and the step it is at."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.told = told
        self.step = 0

    def at(self, point: str) -> None:
        if (self.told.get("point"), self.told.get("step")) == (point, self.step):
            os.kill(os.getpid(), signal.SIGKILL)


async def _performed(ledger: Ledger, place: Place, call: ToolCall, hands: ToolboxHands) -> Effect:
    while True:
        try:
            effect = await ledger.perform(place, call, hands)
        except LedgerBusy as busy:
            await asyncio.sleep(min(max(0.01, busy.seconds), 0.1))
            continue
        except StoreError as error:  # others are writing for too long, on a machine that has too much to do
            print(error)
            continue
        if effect.state != "sent":
            return effect
        await asyncio.sleep(0.01)


async def _hands(box: Any, name: str) -> ToolboxHands:
    """Once the server's list of tools can be had: on a busy machine, that may take too long."""
    for _ in range(TRIES):
        try:
            return await ToolboxHands.of(box, name)
        except UnknownTool as error:
            print(error, dict(box.excluded))
            await asyncio.sleep(0.5)
    return await ToolboxHands.of(box, name)


async def lived(told: Mapping[str, Any]) -> int:
    """Lived with the router of its server, which is left open for others."""
    life = Life(told)
    async with aclosing(Store.open(told["store"])) as store:
        ledger = Ledger(store, lease=LEASE, pause=0.02, at=life.at)
        box = router(told).toolbox(grants=ledger.grants)
        for life.step, (name, arguments) in enumerate(told["calls"]):
            call = ToolCall(id=f"call-{life.step}", name=name, arguments=arguments)
            for approach in range(APPROACHES):
                place = Place(run=told["run"], node=f"step{life.step}", approach=approach)
                effect = await _performed(ledger, place, call, await _hands(box, name))
                if effect.state != "failed":
                    break
                # It is certain that nothing was done: another try is another effect.
                await asyncio.sleep(min(effect.retry_after or 0.0, 2.0))
            if effect.state == "unknown":
                return PERSON
            if effect.state != "confirmed":
                print(effect)
                return FAILED
    return DONE


async def _live(told: Mapping[str, Any]) -> int:
    async with router(told):
        return await lived(told)


def live(told: Mapping[str, Any]) -> int:
    return asyncio.run(_live(told))


with TemporaryDirectory() as _folder:
    # What makes the tables is loaded once, before any life.
    Store.open(f"sqlite:///{_folder}/agents.db")._connect().close()
