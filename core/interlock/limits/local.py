"""Limits that this process keeps to by itself."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from interlock.limits.book import exchange
from interlock.types.limits import LimitsCall, LimitsReply, Rate, SharedLimit


class LocalLimits:
    """The rules over documents in memory. `clock` returns seconds that never run backwards."""

    api = 1

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._documents: dict[str, dict[str, Any]] = {}

    def take(self, call: LimitsCall) -> LimitsReply:
        """As `exchange`, at once."""
        return exchange(self._documents, call, self._clock())

    async def exchange(self, call: LimitsCall) -> LimitsReply:
        return self.take(call)

    async def aclose(self) -> None:
        """There is nothing to let go of."""


def shared_out(limit: SharedLimit, processes: int) -> SharedLimit:
    """One process's share: what so many may keep to, each by itself, and never less than one of anything."""

    def part(whole: int | None) -> int | None:
        return None if whole is None else max(1, whole // processes)

    rates = (
        Rate(seconds=rate.seconds, requests=part(rate.requests), tokens=part(rate.tokens))
        for rate in limit.rates
    )
    return replace(limit, places=part(limit.places), rates=tuple(rates))
