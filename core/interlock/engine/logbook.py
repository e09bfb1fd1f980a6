"""How an attempt ended, written down exactly once, whichever way it was left."""

import asyncio
from collections.abc import Sequence
from time import perf_counter
from types import TracebackType
from typing import Protocol, Self

from interlock.engine.flight import Flight
from interlock.errors import InterlockError, ProtocolError, ProviderError
from interlock.health import HealthBook
from interlock.http import redacting_logger
from interlock.plugins import PluginHost
from interlock.protocols import Call
from interlock.types.decisions import Attempt
from interlock.types.records import AttemptRecord
from interlock.types.response import Usage

_log = redacting_logger("interlock.engine")


class Witness(Protocol):
    """Told of every attempt of a router as it begins and as it ends, on the event loop: returns at once."""

    def began(self, entry: "Entry") -> None:
        """The attempt is about to be sent. Raising a ProviderError keeps it from being sent."""
        ...

    def ended(self, entry: "Entry", failure: InterlockError | None, record: AttemptRecord) -> None:
        """The attempt has ended, however it did; called for every `began` that returned."""
        ...


class Logbook:
    """Tells the record, the witnesses and the observers of one router about its attempts."""

    def __init__(self, host: PluginHost, witnesses: Sequence[Witness]) -> None:
        self.witnesses = witnesses
        self.host = host
        self.observed = host.observers("interlock_attempt_finished")

    def entry(self, flight: Flight, attempt: Attempt, call: Call) -> "Entry":
        return Entry(self, flight, attempt, call)


class Entry:
    """Encloses one attempt. What it raises is an InterlockError, a cancellation, or a stream's early end."""

    __slots__ = (
        "_begun", "_book", "_ticks", "attempt", "call", "first_token", "flight", "served_model", "usage",
    )  # fmt: skip

    def __init__(self, book: Logbook, flight: Flight, attempt: Attempt, call: Call) -> None:
        self._book = book
        self.flight, self.attempt, self.call = flight, attempt, call
        self._begun = 0
        self._ticks = perf_counter()
        self.usage = Usage()
        self.served_model: str | None = None
        self.first_token: float | None = None

    def spoke(self) -> None:
        """The first token has come."""
        self.first_token = perf_counter() - self._ticks

    def __enter__(self) -> Self:
        try:
            for witness in self._book.witnesses:
                witness.began(self)
                self._begun += 1
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        deployment = self.call.deployment
        failure = None if error is None else _failure(deployment.id, error)
        self.call.permit.withdraw()
        record = self.flight.draft.attempt(
            deployment,
            self.attempt.role,
            ticks=self._ticks,
            error=failure,
            usage=self.usage,
            served_model=self.served_model,
            first_token=self.first_token,
        )
        for witness in self._book.witnesses[: self._begun]:
            witness.ended(self, failure, record)
        if self._book.observed:
            self._book.host.notify("interlock_attempt_finished", request=self.flight.asked, attempt=record)
        if isinstance(failure, ProviderError) and failure is not error:
            raise failure from error


class HealthWitness:
    """Keeps the health book."""

    def __init__(self, health: HealthBook) -> None:
        self._health = health

    def began(self, entry: Entry) -> None:
        self._health.began(entry.call.deployment.id)

    def ended(self, entry: Entry, failure: InterlockError | None, record: AttemptRecord) -> None:  # noqa: ARG002 - as a witness
        if failure is None or isinstance(failure, ProviderError):
            self._health.ended(entry.call.deployment.id, failure)
        else:
            self._health.released(entry.call.deployment.id)


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
