"""From a record to the rows of its tables: flat, as drivers take many of them at once."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from interlock import Record
from interlock.records import record_to_json, silent

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BARE_EPOCH = _EPOCH.replace(tzinfo=None)
_LARGEST = 2**63 - 1
LATE: Final = 3_600.0
"""Seconds after which a record is late: what it belongs to may have been counted."""

COLUMNS: Final = {
    "records": (
        *("id", "started", "seconds", "task", "reason", "deployment", "model", "outcome", "error"),
        *("latency", "input_tokens", "output_tokens", "cost", "streamed", "run", "step", "body"),
    ),
    "attempts": (
        *("record", "number", "deployment", "model", "role", "started", "latency", "first_token"),
        *("input_tokens", "output_tokens", "cost", "served_model", "outcome", "error", "status", "message"),
        *("region", "pinned", "evidenced", "incident", "seconds"),
    ),
    "exclusions": ("record", "deployment", "rule", "sentence"),
    "labels": ("record", "name", "value", "seconds"),
}
"""Each table's columns, in the order of the values of its rows. Those of records come first."""


class Rows:
    """What one transaction inserts: for each table the values of all its rows, one after another.

    `written` gives a time, in seconds since the epoch, as the database's driver takes it.
    """

    def __init__(self, batch: Iterable[Record], written: Callable[[float], str | None]) -> None:
        self._moment = written
        self.records: list[Any] = []
        self.attempts: list[Any] = []
        self.exclusions: list[Any] = []
        self.labels: list[Any] = []
        for record in batch:
            self._add(silent(record))

    @property
    def tables(self) -> dict[str, list[Any]]:
        """By the tables' names, in the order in which they are filled."""
        return {name: getattr(self, name) for name in COLUMNS}

    def _add(self, record: Record) -> None:
        decision, key = record.decision, text(record.id)
        tokens_in, tokens_out = self._add_attempts(record, key)
        self.records += (
            key,
            self._moment(record.started),
            record.started,
            text(decision.task),
            text(decision.reason),
            text(record.deployment),
            text(record.model),
            record.outcome,
            text(record.error),
            record.latency,
            tokens_in,
            tokens_out,
            record.cost,
            record.streamed,
            text(record.run),
            text(record.step),
            record_to_json(record),
        )
        if decision.excluded:
            rules = decision.facts.rules if decision.facts else {}
            for name, sentence in decision.excluded.items():
                self.exclusions += (key, text(name), text(rules.get(name)), text(sentence))
        for name, value in record.metadata.items():
            self.labels += (key, text(str(name)), text(str(value)), record.started)

    def _add_attempts(self, record: Record, key: str | None) -> tuple[int | None, int | None]:
        """The tokens that they took and gave."""
        taken: int | None = None
        given: int | None = None
        for number, attempt in enumerate(record.attempts):
            error, usage = attempt.error, attempt.usage
            taken, given = _sum(taken, usage.input_tokens), _sum(given, usage.output_tokens)
            self.attempts += (
                key,
                number,
                text(attempt.deployment),
                text(attempt.model),
                attempt.role,
                self._moment(attempt.started),
                attempt.latency,
                attempt.first_token,
                _sum(None, usage.input_tokens),
                _sum(None, usage.output_tokens),
                attempt.cost,
                text(attempt.served_model),
                attempt.outcome,
                error and error.kind,
                error and error.status,
                text(error.message) if error else text(attempt.cancelled),
                text(attempt.region) or None,
                text(attempt.pinned),
                text(attempt.evidenced),
                text(attempt.incident),
                record.started,
            )
        return taken, given


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


def moment_with_zone(seconds: float) -> str | None:
    """The same as PostgreSQL reads it."""
    try:
        return (_EPOCH + timedelta(seconds=seconds)).isoformat()
    except (OverflowError, ValueError):
        return None


def moment_without(seconds: float) -> str | None:
    """The same as SQLAlchemy writes it in SQLite."""
    try:
        return (_BARE_EPOCH + timedelta(seconds=seconds)).isoformat(" ", "microseconds")
    except (OverflowError, ValueError):
        return None


def _sum(known: int | None, more: int | None) -> int | None:
    """No more than databases can count to."""
    return known if more is None else min((known or 0) + more, _LARGEST)
