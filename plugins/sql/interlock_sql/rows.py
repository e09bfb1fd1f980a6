"""From a record to the rows of its tables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from interlock import Record
from interlock.records import record_to_plain, silent

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST = 2**63 - 1

Row = dict[str, Any]


@dataclass(slots=True)
class Rows:
    """What one transaction inserts."""

    records: list[Row] = field(default_factory=list)
    attempts: list[Row] = field(default_factory=list)
    exclusions: list[Row] = field(default_factory=list)
    labels: list[Row] = field(default_factory=list)

    @classmethod
    def of(cls, records: Iterable[Record]) -> "Rows":
        rows = cls()
        for record in records:
            rows.add(silent(record))
        return rows

    def add(self, record: Record) -> None:
        decision = record.decision
        used = [attempt.usage for attempt in record.attempts]
        self.records.append(
            {
                "id": text(record.id),
                "started": moment(record.started),
                "seconds": record.started,
                "task": text(decision.task),
                "reason": text(decision.reason),
                "deployment": text(record.deployment),
                "model": text(record.model),
                "outcome": record.outcome,
                "error": text(record.error),
                "latency": record.latency,
                "input_tokens": _total(usage.input_tokens for usage in used),
                "output_tokens": _total(usage.output_tokens for usage in used),
                "cost": record.cost,
                "streamed": record.streamed,
                "run": text(record.run),
                "step": text(record.step),
                "body": record_to_plain(record),
            }
        )
        self._add_attempts(record)
        rules: Mapping[str, str] = decision.facts.rules if decision.facts else {}
        self.exclusions += (
            {
                "record": text(record.id),
                "deployment": text(name),
                "rule": text(rules.get(name)),
                "sentence": text(sentence),
            }
            for name, sentence in decision.excluded.items()
        )
        self.labels += (
            {"record": text(record.id), "name": text(str(name)), "value": text(str(value))}
            for name, value in record.metadata.items()
        )

    def _add_attempts(self, record: Record) -> None:
        for number, attempt in enumerate(record.attempts):
            error = attempt.error
            self.attempts.append(
                {
                    "record": text(record.id),
                    "number": number,
                    "deployment": text(attempt.deployment),
                    "model": text(attempt.model),
                    "role": attempt.role,
                    "started": moment(attempt.started),
                    "latency": attempt.latency,
                    "first_token": attempt.first_token,
                    "input_tokens": _total([attempt.usage.input_tokens]),
                    "output_tokens": _total([attempt.usage.output_tokens]),
                    "cost": attempt.cost,
                    "served_model": text(attempt.served_model),
                    "outcome": attempt.outcome,
                    "error": error and error.kind,
                    "status": error and error.status,
                    "message": text(error.message) if error else text(attempt.cancelled),
                    "region": text(attempt.region) or None,
                    "pinned": text(attempt.pinned),
                    "evidenced": text(attempt.evidenced),
                    "incident": text(attempt.incident),
                }
            )


def text(value: str | None) -> str | None:
    """The text as every database takes it: without NUL, and without halves of characters."""
    if value is None or (value.isascii() and "\0" not in value):
        return value
    return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


def moment(seconds: float) -> datetime | None:
    """Seconds since the epoch as a time in UTC; None where the calendar ends."""
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return None


def _total(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return min(sum(known), _LARGEST) if known else None
