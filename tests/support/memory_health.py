"""Shared health in memory, for tests of those who use it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from interlock import hookimpl
from interlock.errors import StoreError
from interlock.types.health import HealthChange, HealthNews, HealthSync


@dataclass
class Told:
    """One change, and by whom."""

    by: int
    change: HealthChange
    when: float


@dataclass
class Place:
    """What all processes share. `broken` makes it fail, `hangs` makes it silent."""

    log: list[Told] = field(default_factory=list)
    turns: dict[tuple[str, str | None], tuple[int, float]] = field(default_factory=dict)
    broken: bool = False
    syncs: int = 0
    closed: int = 0
    hook: Callable[[], object] | None = None
    clock: Callable[[], float] = time.monotonic


class MemoryHealth:
    """One process's end of it."""

    api = 1

    def __init__(self, place: Place) -> None:
        self.place = place
        self._heard: int | None = None

    async def sync(self, call: HealthSync) -> list[HealthNews]:
        place = self.place
        place.syncs += 1
        if place.hook is not None:
            outcome = place.hook()
            if hasattr(outcome, "__await__"):
                await outcome
        if place.broken:
            self._heard = None
            raise StoreError("the place is broken")
        now = place.clock()
        for change in call.changes:
            if change.closed or change.cause:
                place.turns.pop((change.deployment, change.task), None)
            place.log.append(Told(id(self), change, now))
        first, self._heard = self._heard, len(place.log)
        return self._news(place.log[first or 0 :], call, now, counted=first is not None or call.fresh)

    def _news(self, told: list[Told], call: HealthSync, now: float, *, counted: bool) -> list[HealthNews]:
        pages: dict[tuple[str, str | None], dict[str, object]] = {}
        for entry in told:
            change = entry.change
            page = pages.setdefault((change.deployment, change.task), {})
            if change.closed:
                page.clear()
            if entry.by != id(self):
                page["closed"] = page.get("closed", False) or change.closed
                for name in ("successes", "failures", "hard") if counted else ():
                    page[name] = int(str(page.get(name, 0))) + getattr(change, name)
            left = change.seconds - (now - entry.when)
            if change.cause and left > 0:
                page["cause"], page["seconds"] = change.cause, left
        if counted and call.fresh:
            for page in pages.values():
                self._bound(page, call.window)
        for change in call.changes:
            key = (change.deployment, change.task)
            by, until = self.place.turns.get(key, (0, 0.0))
            if change.probe and ((by != id(self) and until <= now) or change.probing):
                by = id(self)
                self.place.turns[key] = (by, now + call.lease)
            if change.probe and by == id(self):
                pages.setdefault(key, {})["probe"] = True
        return [
            HealthNews(deployment=deployment, task=task, **page)  # type: ignore[arg-type]  # its own fields
            for (deployment, task), page in pages.items()
            if any(page.values())
        ]

    @staticmethod
    def _bound(page: dict[str, object], window: int) -> None:
        successes, failures = (int(str(page.get(name, 0))) for name in ("successes", "failures"))
        excess = max(1.0, (successes + failures) / window)
        page["successes"], page["failures"] = int(successes / excess), int(failures / excess)
        page["hard"] = 0

    async def aclose(self) -> None:
        self.place.closed += 1


class Memory:
    """`memory://name`: each name is a place of its own."""

    api = 1
    name = "memory"
    schemes = ("memory",)

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.places: dict[str, Place] = {}
        self._clock = clock

    def open(self, call: object) -> MemoryHealth:
        return MemoryHealth(self.places.setdefault(call.url, Place(clock=self._clock)))  # type: ignore[attr-defined]  # a ShareCall

    @hookimpl
    def interlock_shared_health(self) -> list["Memory"]:
        return [self]
