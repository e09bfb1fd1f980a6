"""How an attempt ended, written down exactly once, whichever way it was left."""

import asyncio
from time import perf_counter
from types import TracebackType
from typing import Self

from interlock.engine.flight import Flight
from interlock.errors import InterlockError, ProtocolError, ProviderError
from interlock.health import HealthBook
from interlock.http import redacting_logger
from interlock.plugins import PluginHost
from interlock.protocols import Call
from interlock.types.decisions import Attempt
from interlock.types.response import Usage

_log = redacting_logger("interlock.engine")


class Logbook:
    """Tells the record, the health book and the observers of one router about its attempts."""

    def __init__(self, health: HealthBook, host: PluginHost) -> None:
        self.health = health
        self.host = host
        self.observed = host.observers("interlock_attempt_finished")

    def entry(self, flight: Flight, attempt: Attempt, call: Call) -> "Entry":
        return Entry(self, flight, attempt, call)


class Entry:
    """Encloses one attempt. What it raises is an InterlockError, a cancellation, or a stream's early end."""

    __slots__ = ("_attempt", "_book", "_call", "_flight", "_ticks", "first_token", "served_model", "usage")

    def __init__(self, book: Logbook, flight: Flight, attempt: Attempt, call: Call) -> None:
        self._book, self._flight, self._attempt, self._call = book, flight, attempt, call
        self._ticks = perf_counter()
        self.usage = Usage()
        self.served_model: str | None = None
        self.first_token: float | None = None

    def spoke(self) -> None:
        """The first token has come."""
        self.first_token = perf_counter() - self._ticks

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        deployment = self._call.deployment
        failure = None if error is None else _failure(deployment.id, error)
        self._call.permit.withdraw()
        record = self._flight.draft.attempt(
            deployment,
            self._attempt.role,
            ticks=self._ticks,
            error=failure,
            usage=self.usage,
            served_model=self.served_model,
            first_token=self.first_token,
        )
        if failure is None or isinstance(failure, ProviderError):
            self._book.health.ended(deployment.id, failure)
        else:
            self._book.health.released(deployment.id)
        if self._book.observed:
            self._book.host.notify("interlock_attempt_finished", request=self._flight.asked, attempt=record)
        if isinstance(failure, ProviderError) and failure is not error:
            raise failure from error


def _failure(deployment: str, error: BaseException) -> InterlockError:
    """The error as the record and the health book know it."""
    if isinstance(error, ProviderError):
        error.deployment = deployment
    if isinstance(error, InterlockError):
        return error
    if isinstance(error, (asyncio.CancelledError, GeneratorExit)) or not isinstance(error, Exception):
        return InterlockError("left by the caller")
    # A provider may raise ProviderError alone; anything else is its own fault, and a failed attempt.
    _log.error("the provider of %s raised %s", deployment, type(error).__name__)
    failure = ProtocolError(f"the provider of {deployment} failed with {type(error).__name__}")
    failure.deployment = deployment
    return failure
