"""`interlock records`: what was called, when, and how it ended."""

import asyncio
import csv
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, Final

import typer

from interlock.cli import kept, show
from interlock.cli.failures import NotThere
from interlock.cli.session import session
from interlock.errors import RequestError
from interlock.records import record_to_plain, silent
from interlock.types.records import Record
from interlock.types.response import Usage
from interlock.types.stores import RecordQuery

if TYPE_CHECKING:
    from interlock.assembly import Wiring

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="List, show and export the calls that were recorded."
)
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_COLUMNS: Final = ("Started", "Task", "Deployment", "Result", "Seconds", "Tokens", "Cost", "ID")
_FORMS: Final = ("jsonl", "csv", "parquet")
_FIELDS: Final = (
    *("id", "started", "task", "reason", "deployment", "model", "outcome", "error"),
    *("latency", "input_tokens", "output_tokens", "cost", "streamed", "attempts", "metadata", "run", "step"),
    "incidents",
)


@app.callback()
def records() -> None:
    """List, show and export the calls that were recorded."""


@app.command("list")
def list_records(
    context: typer.Context,
    *,
    since: kept.SinceOption = None,
    task: kept.TaskOption = None,
    deployment: kept.DeploymentOption = None,
    errors: kept.ErrorsOption = False,
    run: kept.RunOption = None,
    metadata: kept.MetadataOption = None,
    limit: Annotated[
        int, typer.Option("-n", "--limit", metavar="COUNT", min=1, help="The most to list.")
    ] = 20,
    as_json: JsonOption = False,
) -> None:
    """List calls, newest first."""
    wanted = kept.query(
        since=since, task=task, deployment=deployment, errors=errors, run=run, metadata=metadata
    )
    found = asyncio.run(_gathered(session(context).router().wiring, wanted, limit))
    if as_json:
        show.write_json([record_to_plain(record) for record in found])
    elif found:
        show.tables((_COLUMNS, [_row(record) for record in found]))
    if len(found) == limit and not as_json:
        show.note(f"The newest {limit}; --limit lists more.")
    if not found and not as_json:
        show.note("No such call is recorded.")


@app.command("show")
def show_record(
    context: typer.Context,
    record_id: Annotated[str, typer.Argument(metavar="ID", help="As `interlock records list` prints it.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Show one call: its attempts, its decision and why."""
    from interlock.cli.cascades import cascade_lines
    from interlock.cli.explain import show_decision
    from interlock.cli.panels import verdict_lines
    from interlock.cli.trace import drawn

    record = asyncio.run(_one(session(context).router().wiring, record_id))
    if as_json:
        show.write_json(record_to_plain(record))
        return
    record = silent(record)
    show.trees(drawn(record))
    sys.stdout.write("\n")
    show_decision(record.decision)
    for line in (*verdict_lines(record), *cascade_lines(record)):
        show.note(line)
    told = {name: value for name, value in (("run", record.run), ("step", record.step)) if value}
    for title, values in (("Belongs to", told), ("Metadata", record.metadata)):
        if values:
            sys.stdout.write("\n")
            show.tables(((title, "Value"), list(values.items())))


@app.command()
def export(
    context: typer.Context,
    *,
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="FILE", help="Where to; - is standard output.")
    ] = "-",
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="FORMAT", help="jsonl, csv or parquet; else as FILE ends."),
    ] = None,
    since: kept.SinceOption = None,
    task: kept.TaskOption = None,
    deployment: kept.DeploymentOption = None,
    errors: kept.ErrorsOption = False,
    run: kept.RunOption = None,
    metadata: kept.MetadataOption = None,
    limit: Annotated[
        int | None, typer.Option("-n", "--limit", metavar="COUNT", min=1, help="The most to export.")
    ] = None,
) -> None:
    """Write calls as JSON lines, as CSV or as Parquet, newest first.

    A line of JSON holds the whole record, a row of CSV what a table can, one of Parquet the attempts as well.
    """
    ending = output.rpartition(".")[2]
    form = form or (ending if ending in _FORMS else "jsonl")
    if form not in _FORMS:
        raise RequestError(
            f"expected {', '.join(_FORMS[:-1])} or {_FORMS[-1]}, not {form!r}.", key="--format"
        )
    if form == "parquet" and output == "-":
        raise RequestError(
            "Parquet is written to a file; name it by -o, as -o calls.parquet.", key="--output"
        )
    wanted = kept.query(
        since=since, task=task, deployment=deployment, errors=errors, run=run, metadata=metadata
    )
    opened = _parquet(output) if form == "parquet" else _lines(output, form)
    wiring = session(context).router().wiring
    with opened as write, kept.progress("Exporting") as tell:
        count = asyncio.run(_export(wiring, wanted, limit, write, tell))
    show.note(f"Exported: {count:,} calls.")


async def _gathered(wiring: "Wiring", wanted: RecordQuery, limit: int) -> list[Record]:
    async with kept.opened(wiring) as store:
        return [record async for record in kept.found(store, wanted, limit)]


async def _one(wiring: "Wiring", record_id: str) -> Record:
    async with kept.opened(wiring) as store:
        record = await store.get(record_id)
    if record is None:
        raise NotThere(f"no call is recorded as {record_id!r}; `interlock records list` shows the last ones.")
    return record


async def _export(
    wiring: "Wiring",
    wanted: RecordQuery,
    limit: int | None,
    write: Callable[[Record], object],
    tell: Callable[[int], None],
) -> int:
    count = 0
    async with kept.opened(wiring) as store:
        async for record in kept.found(store, wanted, limit):
            write(record)
            count += 1
            tell(count)
    return count


@contextmanager
def _lines(output: str, form: str) -> Iterator[Callable[[Record], object]]:
    """What writes a record, as text."""
    made = _csv_writer if form == "csv" else _json_writer
    if output == "-":
        yield made(sys.stdout)
        sys.stdout.flush()
        return
    with _whole(output) as part, part.open("w", encoding="utf-8", newline="") as file:
        yield made(file)


def _parquet(output: str) -> AbstractContextManager[Callable[[Record], object]]:
    from interlock.cli.parquet import parquet_writer

    return parquet_writer(_whole(output))


@contextmanager
def _whole(name: str) -> Iterator[Path]:
    """Where a file is written, which appears under its name when it is whole."""
    path = Path(name)
    try:
        number, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with mode 0600
    except OSError as error:
        raise NotThere(f"{name} cannot be written: {error.strerror or error}.") from None
    os.close(number)
    part = Path(made)
    try:
        yield part
        part.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            part.unlink()
        raise


def _json_writer(file: IO[str]) -> Callable[[Record], object]:
    # ASCII alone: half a character in a name must not end an export.
    return lambda record: file.write(json.dumps(record_to_plain(record)) + "\n")


def _csv_writer(file: IO[str]) -> Callable[[Record], object]:
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(_FIELDS)
    return lambda record: rows.writerow([_cell(value) for value in _values(record)])


def _values(record: Record) -> tuple[Any, ...]:
    used = _used(record)
    return (
        record.id,
        datetime.fromtimestamp(record.started, UTC).isoformat(),
        record.decision.task,
        record.decision.reason,
        record.deployment,
        record.model,
        record.outcome,
        record.error,
        round(record.latency, 6),
        used.input_tokens,
        used.output_tokens,
        record.cost,
        record.streamed,
        len(record.attempts),
        json.dumps(dict(record.metadata)) if record.metadata else None,
        record.run,
        record.step,
        "; ".join(f"{each.deployment}: {each.incident}" for each in record.attempts if each.incident) or None,
    )


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _used(record: Record) -> Usage:
    return sum((attempt.usage for attempt in record.attempts), Usage())


def _row(record: Record) -> tuple[str, ...]:
    started = datetime.fromtimestamp(record.started).astimezone()
    failed = sum(attempt.error is not None for attempt in record.attempts)
    result = show.result(record)
    if failed and record.outcome == "answer":
        result += f" after {failed} failed"
    if any(attempt.incident for attempt in record.attempts):
        result += ", an incident"
    return (
        f"{started:%Y-%m-%d %H:%M:%S}",
        record.decision.task,
        record.deployment or "-",
        result,
        f"{record.latency:.1f}",
        show.tokens(_used(record)).removesuffix(" tokens") or "-",
        show.dollars(record.cost) or "-",
        record.id,
    )
