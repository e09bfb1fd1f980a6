"""Records out of the configured store: which of them, and page by page."""

import re
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from interlock.cli import inputs, show
from interlock.errors import ConfigError, RequestError
from interlock.protocols import RecordStore
from interlock.types.records import Record
from interlock.types.stores import RecordQuery

if TYPE_CHECKING:
    from interlock.assembly import Wiring

_PAGE: Final = 500
_UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}

SinceOption = Annotated[
    str | None,
    typer.Option(metavar="WHEN", help="Not before this date or time, or so long ago: 30m, 2h, 7d."),
]
TaskOption = Annotated[str | None, typer.Option(metavar="TASK", help="Of this task alone.")]
DeploymentOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="Where this deployment answered or was tried.")
]
ErrorsOption = Annotated[bool, typer.Option("--errors", help="Calls that ended in an error.")]
RunOption = Annotated[str | None, typer.Option(metavar="ID", help="Of this run alone.")]
MetadataOption = Annotated[
    list[str] | None,
    typer.Option("--metadata", metavar="KEY=VALUE", help="With this metadata. May be repeated."),
]


def query(
    *,
    since: str | None = None,
    task: str | None = None,
    deployment: str | None = None,
    errors: bool = False,
    run: str | None = None,
    metadata: list[str] | None = None,
) -> RecordQuery:
    """Raises RequestError for what cannot be understood."""
    return RecordQuery(
        since=None if since is None else moment(since),
        task=task,
        deployment=deployment,
        failed=True if errors else None,
        run=run,
        metadata=inputs.pairs(metadata),
        limit=_PAGE,
    )


def moment(text: str, key: str = "--since") -> float:
    """Seconds since the epoch, of a date, a time, or so long ago. A date or time without a zone is the user's
    own. Raises RequestError, with that key, for anything else.
    """
    ago = re.fullmatch(r"(\d{1,9})([smhdw])", text.strip())
    if ago:
        return time.time() - int(ago[1]) * _UNITS[ago[2]]
    try:
        return datetime.fromisoformat(text.strip()).astimezone().timestamp()
    except (ValueError, OverflowError, OSError):
        what = f"{text!r} is neither a date, as 2026-11-20 or 2026-11-20T14:30, nor so long ago, as 2h or 7d."
        raise RequestError(what, key=key) from None


@asynccontextmanager
async def opened(wiring: "Wiring") -> AsyncIterator[RecordStore]:
    """The store that the configuration names, for reading.

    Raises:
        ConfigError: it names none.
    """
    from interlock.assembly.recording import store_opener

    opening = store_opener(wiring.config, wiring.offers)
    if opening is None:
        raise ConfigError(
            "nothing says where calls are kept. Write `records: sqlite:///interlock.db` into the "
            "configuration; they are kept from then on.",
            key="records",
        )
    store = opening()
    try:
        yield store
    finally:
        await store.aclose()


async def found(store: RecordStore, wanted: RecordQuery, limit: int | None = None) -> AsyncIterator[Record]:
    """Records, newest first, a page at a time: any number of them in little memory."""
    left = limit
    while left is None or left > 0:
        page = await store.find(wanted if left is None else replace(wanted, limit=min(wanted.limit, left)))
        for record in page:
            yield record
        if not page:
            return
        left = None if left is None else left - len(page)
        wanted = replace(wanted, after=(page[-1].started, page[-1].id))


def tell_losses(wiring: "Wiring") -> None:
    """Say it when a call went well and its record did not."""
    writer = wiring.writer
    if writer is not None and writer.lost:
        show.note(f"The record of this call could not be kept: {writer.problem}.")
    log = wiring.log
    if log is not None and log.lost:
        show.note(f"What this call did could not be logged: {log.problem}.")


@contextmanager
def progress(doing: str) -> Iterator[Any]:
    """Something to call with the number of records done; shown on a terminal, beside the output."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status(f"{doing} …") as status:

        def tell(count: int) -> None:
            if count % 100 == 0:
                status.update(f"{doing} … {count:,}")

        yield tell
