"""`interlock log`: what the log holds, in the order in which it was written."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from interlock.cli import kept, show
from interlock.cli.session import open_log, session
from interlock.protocols import ReadableLog
from interlock.types.logs import LogEntry, LogQuery

if TYPE_CHECKING:
    from interlock.assembly import Wiring

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="List and export what the log holds.")
CallOption = Annotated[
    str | None, typer.Option(metavar="ID", help="Of this call alone, by the id of its record.")
]

_PAGE: Final = 500
_COLUMNS: Final = ("At", "Kind", "Call", "Attempt", "Facts")
_SHOWN: Final = ("deployment", "region", "outcome", "error", "task", "shortlist", "excluded", "finish_reason")


@app.callback()
def log() -> None:
    """List and export what the log holds."""


@app.command("list")
def list_entries(
    context: typer.Context,
    *,
    since: kept.SinceOption = None,
    call: CallOption = None,
    run: kept.RunOption = None,
    limit: Annotated[
        int, typer.Option("-n", "--limit", metavar="COUNT", min=1, help="The most to list.")
    ] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List entries, oldest first."""
    wanted = _query(since, call, run)
    found = asyncio.run(_gathered(session(context).router().wiring, wanted, limit))
    if as_json:
        show.write_json([asdict(entry) for entry in found])
        return
    if found:
        show.tables((_COLUMNS, [_row(entry) for entry in found]))
    if len(found) == limit:
        show.note(f"The oldest {limit}; --since and --limit list more.")
    if not found:
        show.note("The log holds no such entry.")


@app.command()
def export(
    context: typer.Context,
    *,
    since: kept.SinceOption = None,
    call: CallOption = None,
    run: kept.RunOption = None,
) -> None:
    """Write entries as JSON lines, oldest first."""
    count = asyncio.run(_export(session(context).router().wiring, _query(since, call, run)))
    show.note(f"Exported: {count:,} entries.")


def _query(since: str | None, call: str | None, run: str | None) -> LogQuery:
    return LogQuery(since=None if since is None else kept.moment(since), call=call, run=run, limit=_PAGE)


async def _gathered(wiring: "Wiring", wanted: LogQuery, limit: int) -> list[LogEntry]:
    found: list[LogEntry] = []
    async with _opened(wiring) as opened:
        async for entry in _found(opened, wanted):
            found.append(entry)
            if len(found) == limit:
                break
    return found


async def _export(wiring: "Wiring", wanted: LogQuery) -> int:
    count = 0
    async with _opened(wiring) as opened:
        async for entry in _found(opened, wanted):
            sys.stdout.write(json.dumps(asdict(entry)) + "\n")
            count += 1
    sys.stdout.flush()
    return count


@asynccontextmanager
async def _opened(wiring: "Wiring") -> AsyncIterator[ReadableLog]:
    """The log that the configuration names, for reading.

    Raises:
        ConfigError: it names none, or one that cannot be read here.
    """
    opened = open_log(wiring)
    if not isinstance(opened, ReadableLog):
        raise wiring.config.error("log.url", f"the log {opened.name} is written here, and read elsewhere.")
    try:
        yield opened
    finally:
        await opened.aclose()


async def _found(opened: ReadableLog, wanted: LogQuery) -> AsyncIterator[LogEntry]:
    """A page at a time: any number of them in little memory."""
    while page := await opened.read(wanted):
        for entry in page:
            yield entry
        wanted = replace(wanted, after=page[-1].id)


def _row(entry: LogEntry) -> tuple[str, ...]:
    at = datetime.fromtimestamp(entry.at).astimezone()
    facts = {name: entry.facts[name] for name in _SHOWN if entry.facts.get(name)}
    told = ", ".join(f"{name} {_told(value)}" for name, value in facts.items())
    attempt = "-" if entry.attempt is None else str(entry.attempt)
    return f"{at:%Y-%m-%d %H:%M:%S}", entry.kind, entry.call or "-", attempt, told or "-"


def _told(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name} ({why})" for name, why in value.items())
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
