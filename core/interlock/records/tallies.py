"""Records counted together: by when they began, by task, by deployment and by a metadata key."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from math import floor

from interlock.types.records import Record
from interlock.types.stores import CallTally, TallyQuery


@dataclass(slots=True)
class _Sum:
    calls: int = 0
    errors: int = 0
    left: int = 0
    latency: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    unpriced: int = 0

    def add(self, record: Record) -> None:
        self.calls += 1
        self.errors += record.outcome == "error"
        self.left += record.outcome == "left"
        self.latency += record.latency
        for attempt in record.attempts:
            self.input_tokens += attempt.usage.input_tokens or 0
            self.output_tokens += attempt.usage.output_tokens or 0
        self.cost += record.cost or 0.0
        self.unpriced += record.cost is None


def tally(records: Iterable[Record], query: TallyQuery) -> list[CallTally]:
    """What the query counts together of these records, in the order of the times at which they began."""
    sums: dict[tuple[int, str, str | None, str | None], _Sum] = {}
    for record in records:
        if query.since is not None and record.started < query.since:
            continue
        if query.until is not None and record.started >= query.until:
            continue
        label = None if query.label is None else record.metadata.get(query.label)
        at = floor(record.started / query.every)
        key = (at, record.decision.task, record.deployment, None if label is None else str(label))
        sums.setdefault(key, _Sum()).add(record)
    found = [_tally(key[0] * query.every, key, each) for key, each in sums.items()]
    return sorted(found, key=lambda each: each.at)


def _tally(at: float, key: tuple[int, str, str | None, str | None], counted: _Sum) -> CallTally:
    return CallTally(at=at, task=key[1], deployment=key[2], label=key[3], **asdict(counted))
