"""Records in the making, and the last ones kept in memory."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from operator import attrgetter
from os import urandom
from time import perf_counter, time
from typing import Any

from interlock.classifiers.tokens import estimate_tokens
from interlock.engine.leaving import Cancelled
from interlock.errors import InterlockError, ProviderError
from interlock.forks import lock_of
from interlock.types.decisions import AttemptRole, Decision
from interlock.types.models import Deployment, Price
from interlock.types.records import AttemptRecord, ErrorRecord, Record
from interlock.types.response import Answer, Usage

_MILLION = 1_000_000
_LONG = 64 * 1024
# Looked at for an estimate of what calls hold: more would take longer than a loop may stand still.
_MOST_WORDS = 50_000


class RecentRecords:
    """The last records of a router, newest last. Safe to read while calls go on.

    `onward` is handed every record, and returns at once.
    """

    def __init__(self, size: int = 1_000, onward: Callable[[Record], None] | None = None) -> None:
        self._records: deque[Record] = deque(maxlen=size)
        self._lock = lock_of(self)
        self._onward = onward

    def put(self, record: Record) -> None:
        with self._lock:
            self._records.append(record)
        if self._onward is not None:
            self._onward(record)

    def __iter__(self) -> Iterator[Record]:
        with self._lock:
            return iter(tuple(self._records))

    def __len__(self) -> int:
        return len(self._records)

    @property
    def last(self) -> Record | None:
        with self._lock:
            return self._records[-1] if self._records else None


class RecordDraft:
    """A call's record while the call goes on.

    `failures` holds each deployment's last one, until it answers, in the order in which they were tried.
    """

    __slots__ = (
        "_attempts", "_id", "_metadata", "_numbers", "_started", "_streamed", "_ticks", "decision",
        "failures", "rescue", "trace",
    )  # fmt: skip

    def __init__(self, decision: Decision, metadata: Mapping[str, str], *, streamed: bool) -> None:
        self._id = urandom(16).hex()
        self.decision = decision
        self._metadata = metadata
        self._streamed = streamed
        self._started = time()
        self._ticks = perf_counter()
        self._attempts: list[AttemptRecord] = []
        self._numbers = 0
        self.failures: dict[str, ProviderError] = {}
        self.rescue: str | None = None
        self.trace: str | None = None

    @property
    def attempts(self) -> tuple[AttemptRecord, ...]:
        """In the order in which they began; of a race, the one that ended first was written first."""
        return tuple(sorted(self._attempts, key=_id_of))

    @property
    def cost(self) -> float | None:
        """US dollars of every attempt; None when an attempt's cost is unknown."""
        costs = [attempt.cost for attempt in self._attempts]
        known = [cost for cost in costs if cost is not None]
        return sum(known) if len(known) == len(costs) else None

    def number(self) -> int:
        """The id of an attempt that begins."""
        self._numbers += 1
        return self._numbers - 1

    def attempt(
        self,
        number: int,
        deployment: Deployment,
        role: AttemptRole,
        *,
        ticks: float,
        error: InterlockError | None = None,
        usage: Usage = Usage(),  # noqa: B008 - frozen
        served_model: str | None = None,
        substituted: bool = False,
        price: Price | None = None,
        first_token: float | None = None,
        parent: int | None = None,
        waited: float = 0.0,
        adjusted: Sequence[str] = (),
    ) -> AttemptRecord:
        """Write down an attempt that began at `ticks` of perf_counter and has just ended."""
        now = perf_counter()
        cancelled = error.message if isinstance(error, Cancelled) else None
        billed = error is None or usage.output_tokens is not None
        record = AttemptRecord(
            id=number,
            deployment=deployment.id,
            model=deployment.model,
            role=role,
            parent=parent,
            started=self._started + (ticks - self._ticks),
            latency=now - ticks,
            error=None if error is None or cancelled else error_record(error),
            usage=usage,
            cost=cost_of(usage, price) if billed else 0.0,
            served_model=served_model,
            substituted=substituted,
            first_token=first_token,
            waited=waited,
            adjusted=tuple(adjusted),
            cancelled=cancelled,
        )
        self._attempts.append(record)
        if isinstance(error, ProviderError):
            self.failures[deployment.id] = error
        elif error is None and self.failures:
            self.failures.pop(deployment.id, None)
        return record

    def finish(self, deployment: Deployment | None = None, error: BaseException | None = None) -> Record:
        """The record of a call that has ended. What is no Exception is its caller's leaving."""
        ended = None if error is None else type(error).__name__
        failed = isinstance(error, Exception)
        return Record(
            id=self._id,
            started=self._started,
            latency=perf_counter() - self._ticks,
            decision=self.decision,
            attempts=self.attempts,
            deployment=deployment.id if deployment else None,
            model=deployment.model if deployment else None,
            cost=self.cost,
            error=ended if failed else None,
            rescue=self.rescue,
            streamed=self._streamed,
            metadata=self._metadata,
            trace=self.trace,
            cancelled=None if failed else ended,
        )


_id_of = attrgetter("id")


def error_record(error: InterlockError) -> ErrorRecord:
    if isinstance(error, ProviderError):
        return ErrorRecord(
            kind=type(error).__name__,
            message=error.message,
            status=error.status,
            code=error.code,
            request_id=error.request_id,
            quoted=error.vendor_message is not None,
        )
    return ErrorRecord(kind=type(error).__name__, message=error.message)


def estimated(usage: Usage, input_tokens: int, answer: Answer) -> Usage:
    """The vendor's counts where it gave them, our estimates where it did not."""
    called = chain.from_iterable(_words(call.arguments) for call in answer.tool_calls)
    return filled(usage, input_tokens, answer.text, answer.reasoning, *islice(called, _MOST_WORDS))


def filled(usage: Usage, input_tokens: int, *said: str) -> Usage:
    """The same for an answer that may be unfinished: `said` is all there is of it."""
    return replace(
        usage,
        input_tokens=input_tokens if usage.input_tokens is None else usage.input_tokens,
        output_tokens=_tokens(said) if usage.output_tokens is None else usage.output_tokens,
        estimated=True,
    )


def _words(arguments: Any) -> Iterator[str]:
    """About what a model wrote to say this, in no order."""
    waiting = [arguments]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            waiting += (*part.keys(), *part.values())
            yield "{}"
        elif isinstance(part, (list, tuple)):
            waiting += part
            yield "[]"
        else:
            yield part if isinstance(part, str) else str(part)
            yield "'', "


def _tokens(said: Sequence[str]) -> int:
    # What is long is not copied for this: that alone would keep every other task waiting.
    long = [words for words in said if len(words) > _LONG]
    short = "".join(words for words in said if len(words) <= _LONG)
    return sum(map(estimate_tokens, [*long, short]))


def cost_of(usage: Usage, price: Price | None) -> float | None:
    """US dollars: what the vendor says, else tokens at their price; None when either is unknown. Cached input
    is billed at the cache's price.
    """
    if usage.cost is not None:
        return usage.cost
    if price is None or usage.input_tokens is None or usage.output_tokens is None:
        return None
    read, write = usage.cache_read or 0, usage.cache_write or 0
    rates = price.of(usage.input_tokens)
    fresh = max(0, usage.input_tokens - read - write)
    read_price = rates.input if rates.cache_read is None else rates.cache_read
    write_price = rates.input if rates.cache_write is None else rates.cache_write
    total = fresh * rates.input + read * read_price + write * write_price + usage.output_tokens * rates.output
    return total / _MILLION
