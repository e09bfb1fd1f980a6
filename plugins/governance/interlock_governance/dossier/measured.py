"""What the store of records says: how calls ended, how long they took, what they cost."""

from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from interlock.types.stores import RecordQuery

if TYPE_CHECKING:
    from interlock import AttemptRecord, Record, Router
    from interlock.protocols import RecordStore

_PAGE: Final = 500
LARGEST: Final = 100_000
"""Records that are read, the newest; a dossier says when there may be more."""


@dataclass(slots=True, kw_only=True)
class AttemptFigures:
    """Attempts at one deployment. `latencies` are seconds of those that were answered; `cost` is US dollars.

    `unpriced` counts attempts of which nobody knows what they cost.
    """

    attempts: int = 0
    answered: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    unpriced: int = 0
    sealed: int = 0
    incidents: int = 0

    @property
    def error_rate(self) -> float | None:
        """0 to 1, of the attempts that were answered or failed; None when there was none."""
        ended = self.answered + sum(self.errors.values())
        return sum(self.errors.values()) / ended if ended else None

    def latency(self, share: float) -> float | None:
        """Seconds within which that share of the answers came; None when there was none."""
        if not self.latencies:
            return None
        ranked = sorted(self.latencies)
        return ranked[min(len(ranked) - 1, int(share * len(ranked)))]

    def add(self, attempt: "AttemptRecord") -> None:
        """Count one more."""
        self.attempts += 1
        self.sealed += attempt.treatment == "sealed"
        self.incidents += attempt.incident is not None
        self.input_tokens += attempt.usage.input_tokens or 0
        self.output_tokens += attempt.usage.output_tokens or 0
        if attempt.cost is None:
            self.unpriced += 1
        else:
            self.cost += attempt.cost
        if attempt.outcome == "answer":
            self.answered += 1
            self.latencies.append(attempt.latency)
        elif attempt.error is not None and attempt.outcome == "error":
            self.errors[attempt.error.kind] += 1


@dataclass(slots=True, kw_only=True)
class Figures:
    """Of the calls that tried one of some deployments, with that `metadata`.

    `first` and `last` are when such calls began; `cut` says that there may be older ones.
    """

    deployments: dict[str, AttemptFigures] = field(default_factory=dict)
    calls: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    left: int = 0
    guardrails: Counter[tuple[str, str]] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None
    cut: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)

    def add(self, record: "Record", of: Collection[str]) -> None:
        """Count a call, if it tried one of the deployments `of`."""
        attempts = [each for each in record.attempts if each.deployment in of]
        if not attempts:
            return
        began = datetime.fromtimestamp(record.started, UTC)
        self.first = began if self.first is None else min(self.first, began)
        self.last = began if self.last is None else max(self.last, began)
        self.calls += 1
        self.left += record.outcome == "left"
        if record.error is not None and record.outcome == "error":
            self.failed[record.error] += 1
        for verdict in record.guardrails:
            self.guardrails[verdict.guardrail, verdict.action] += 1
        for each in attempts:
            self.deployments.setdefault(each.deployment, AttemptFigures()).add(each)


async def figures_of(
    router: "Router",
    deployments: Collection[str],
    *,
    since: datetime | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Figures | None:
    """Of the router's store, the newest hundred thousand records at most; None where it has no store.

    Of calls since that moment, and with that metadata, where these are given; else of every call that tried
    one of the deployments, whoever made it.

    Raises:
        StoreError: it cannot be read.
    """
    store = router.open_store()
    if store is None:
        return None
    figures, read = Figures(metadata=dict(metadata or {})), 0
    wanted = RecordQuery(
        since=None if since is None else since.timestamp(), metadata=figures.metadata, limit=_PAGE
    )
    try:
        async for record in _records(store, wanted):
            figures.add(record, deployments)
            read += 1
            if read >= LARGEST:
                figures.cut = True
                break
    finally:
        await store.aclose()
    return figures


async def _records(store: "RecordStore", wanted: RecordQuery) -> "AsyncIterator[Record]":
    while page := await store.find(wanted):
        for record in page:
            yield record
        wanted = replace(wanted, after=(page[-1].started, page[-1].id))
