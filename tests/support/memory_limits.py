"""Shared limits in memory, which fail, hang or lose their answers when they are told to."""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from interlock import StoreError, hookimpl
from interlock.limits import exchange
from interlock.protocols import LimitsKind, SharedLimits
from interlock.types.limits import LimitsCall, LimitsPlace, LimitsReply


@dataclass
class Place:
    """What all processes keep to.

    Attributes:
        trouble: None is none; `down` has exchanges fail, `silent` has them hang, `deaf` takes them and fails.
        exchanges: how many have been begun.
    """

    clock: Callable[[], float] = time.time
    trouble: str | None = None
    exchanges: int = 0
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def held(self) -> dict[str, int]:
        """How many attempts are under way, by limit."""
        return {
            name: sum(entry[0] for entry in document["held"].values())
            for name, document in self.documents.items()
        }


class MemoryLimits:
    """One process's end of it."""

    api = 1

    def __init__(self, place: Place) -> None:
        self.place = place

    async def exchange(self, call: LimitsCall) -> LimitsReply:
        place = self.place
        place.exchanges += 1
        if place.trouble == "silent":
            await asyncio.sleep(3600)
        if place.trouble == "down":
            raise StoreError("it is down")
        with place.lock:
            reply = exchange(place.documents, call, place.clock())
        if place.trouble == "deaf":
            raise StoreError("it is deaf")
        return reply

    async def aclose(self) -> None:
        """There is nothing to let go of."""


class MemoryKind:
    api = 1
    name = "memory"
    schemes = ("memory",)

    def __init__(self, place: Place) -> None:
        self.place = place

    def open(self, call: LimitsPlace) -> SharedLimits:
        return MemoryLimits(self.place)


class MemoryPlugin:
    def __init__(self, place: Place) -> None:
        self._kind = MemoryKind(place)

    @hookimpl
    def interlock_limits(self) -> Iterable[LimitsKind]:
        return [self._kind]
