"""Records as a Parquet file: typed columns, attempts in their call's row, so many rows at once."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from interlock.errors import RequestError
from interlock.records import silent
from interlock.types.records import AttemptRecord, Record
from interlock.types.response import Usage

_ROWS: Final = 20_000  # in a group, which is held in memory until it is full
_LARGEST: Final = 2**63 - 1
_MICROSECONDS: Final = 1e6


@contextmanager
def parquet_writer(whole: AbstractContextManager[Path]) -> Iterator[Callable[[Record], object]]:
    """What writes a record into the file, once it is called.

    Raises:
        RequestError: pyarrow, which writes the format, is not installed.
    """
    arrow, parquet = _pyarrow()
    schema = _schema(arrow)
    rows: list[dict[str, Any]] = []
    with whole as part, parquet.ParquetWriter(part, schema, compression="zstd") as writer:

        def flush() -> None:
            writer.write_table(arrow.Table.from_pylist(rows, schema=schema), row_group_size=_ROWS)
            rows.clear()

        def write(record: Record) -> None:
            rows.append(_row(silent(record)))
            if len(rows) == _ROWS:
                flush()

        yield write
        if rows:
            flush()


def _pyarrow() -> tuple[Any, Any]:
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        what = "Parquet is written by pyarrow, which is not installed: pip install interlock-sql[parquet]."
        raise RequestError(what, key="--format") from None


def _schema(arrow: Any) -> Any:
    text, number, whole = arrow.string(), arrow.float64(), arrow.int64()
    time = arrow.timestamp("us", tz="UTC")
    attempt = [
        *(("number", whole), ("deployment", text), ("model", text), ("role", text), ("started", time)),
        *(("latency", number), ("first_token", number), ("input_tokens", whole), ("output_tokens", whole)),
        *(("cost", number), ("served_model", text), ("outcome", text), ("error", text), ("status", whole)),
        *(("region", text), ("pinned", text), ("evidenced", text), ("incident", text)),
        ("finish_reason", text),
    ]
    exclusion = [("deployment", text), ("rule", text), ("sentence", text)]
    return arrow.schema(
        [
            *(("id", text), ("started", time), ("task", text), ("reason", text), ("deployment", text)),
            *(("model", text), ("outcome", text), ("error", text), ("latency", number)),
            *(("input_tokens", whole), ("output_tokens", whole), ("cost", number)),
            *(("streamed", arrow.bool_()), ("run", text), ("step", text)),
            ("metadata", arrow.map_(text, text)),
            ("attempts", arrow.list_(arrow.struct(attempt))),
            ("exclusions", arrow.list_(arrow.struct(exclusion))),
        ]
    )


def _row(record: Record) -> dict[str, Any]:
    used = sum((attempt.usage for attempt in record.attempts), Usage())
    decision = record.decision
    rules = decision.facts.rules if decision.facts else {}
    return {
        "id": _text(record.id),
        "started": _time(record.started),
        "task": _text(decision.task),
        "reason": decision.reason,
        "deployment": _text(record.deployment),
        "model": _text(record.model),
        "outcome": record.outcome,
        "error": _text(record.error),
        "latency": record.latency,
        "input_tokens": _count(used.input_tokens),
        "output_tokens": _count(used.output_tokens),
        "cost": record.cost,
        "streamed": record.streamed,
        "run": _text(record.run),
        "step": _text(record.step),
        "metadata": [(_text(str(name)), _text(str(value))) for name, value in record.metadata.items()],
        "attempts": [_attempt(number, each) for number, each in enumerate(record.attempts)],
        "exclusions": [
            {"deployment": _text(name), "rule": _text(rules.get(name)), "sentence": _text(sentence)}
            for name, sentence in decision.excluded.items()
        ],
    }


def _attempt(number: int, attempt: AttemptRecord) -> dict[str, Any]:
    error = attempt.error
    return {
        "number": number,
        "deployment": _text(attempt.deployment),
        "model": _text(attempt.model),
        "role": attempt.role,
        "started": _time(attempt.started),
        "latency": attempt.latency,
        "first_token": attempt.first_token,
        "input_tokens": _count(attempt.usage.input_tokens),
        "output_tokens": _count(attempt.usage.output_tokens),
        "cost": attempt.cost,
        "served_model": _text(attempt.served_model),
        "outcome": attempt.outcome,
        "error": error and _text(error.kind),
        "status": error and error.status,
        "region": _text(attempt.region) or None,
        "pinned": _text(attempt.pinned),
        "evidenced": _text(attempt.evidenced),
        "incident": _text(attempt.incident),
        "finish_reason": _text(attempt.finish_reason),
    }


def _text(value: str | None) -> str | None:
    """Without halves of characters, which the format cannot hold."""
    return value if value is None or value.isascii() else value.encode("utf-8", "replace").decode()


def _time(seconds: float) -> int | None:
    """In microseconds since the epoch, as a time's column is read; None where they are none."""
    try:
        found = round(seconds * _MICROSECONDS)
    except (OverflowError, ValueError):
        return None
    return found if abs(found) <= _LARGEST else None


def _count(tokens: int | None) -> int | None:
    return None if tokens is None else min(tokens, _LARGEST)
