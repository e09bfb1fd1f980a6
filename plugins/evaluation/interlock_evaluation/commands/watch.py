"""`interlock eval watch`: whether what was measured still holds, for cron."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from getpass import getuser
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Annotated, Final

import typer

from interlock.commands import FAILED, complain, mark_stale, note, session, write_json
from interlock.errors import ConfigError, RequestError, StoreError
from interlock_evaluation.commands.asked import JsonOption, StoreOption
from interlock_evaluation.commands.gate import NOT_MEASURED
from interlock_evaluation.commands.run import open_store

if TYPE_CHECKING:
    from interlock import Router
    from interlock_evaluation.store import Store
    from interlock_evaluation.watching.looking import Begin, Look, Settings

_CODES: Final = {"drifted": FAILED, "stale": FAILED, "not measured": NOT_MEASURED}
_EVERY: Final = 500


def watch(
    context: typer.Context,
    *,
    baseline: Annotated[
        str | None,
        typer.Option(
            metavar="DAYS", help="Begin with these, as 2026-10-01..2026-10-31, or with a kept run's."
        ),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Accept what has changed, and begin with another baseline.")
    ] = False,
    at_once: Annotated[bool, typer.Option("--now", help="Look though the next look is not due.")] = False,
    mark: Annotated[
        bool, typer.Option("--mark", help="Write into the learned routes which evidence is stale, and why.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what was found as a page, .html or .md.")
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look at the calls recorded since the last look, and say what has changed since the baseline.

    Ends with 0 where nothing is known to have changed or no look is due, with 1 where something has, or where
    learned routes stand on what is no longer so, and with 3 where that was not measured.
    """
    from interlock_evaluation.commands.watched import data_of, page_of, show
    from interlock_reports import write_report

    if report is not None and report.suffix.lower() not in (".html", ".md"):
        raise RequestError(f"ends in neither .html nor .md: {report.name!r}.", key="--report")
    with session(context).router() as router:
        opened = open_store(context, store)
        try:
            found = asyncio.run(_look(router, opened, baseline, again=again, at_once=at_once))
        except StoreError as error:
            complain(f"Not measured: {error.message}.")
            raise typer.Exit(NOT_MEASURED) from None
    if as_json:
        write_json(data_of(found))
    else:
        show(found)
    if report is not None and found.watch is not None:
        write_report(page_of(found), report)
        note(f"The report is in {report}.")
    stale = {each.task: each.stale for each in found.evidence if each.stale}
    if mark and stale:
        switch = mark_stale(session(context), stale, by=f"{getuser()}, by interlock eval watch")
        note("The learned routes say so already." if switch is None else f"Marked: {', '.join(stale)}.")
    if found.verdict in _CODES:
        raise typer.Exit(_CODES[found.verdict])


async def _look(
    router: "Router", store: "Store", baseline: str | None, *, again: bool, at_once: bool
) -> "Look":
    from interlock_evaluation.watching.kept import WatchStore
    from interlock_evaluation.watching.looking import look

    records = router.open_store()
    if records is None:
        raise ConfigError(
            "nothing says where calls are kept. Write `records: sqlite:///interlock.db` into the "
            "configuration; they are kept from then on.",
            key="records",
        )
    try:
        settings, now = settings_of(router), time()
        if baseline is not None and not again and await WatchStore(store).last() is not None:
            raise RequestError("a watch has begun already; --again begins another.", key="--baseline")
        for begin in await _begins(router, store, baseline, settings, now, again=again):
            with _progress() as tell:
                found = await look(
                    router,
                    records,
                    store,
                    settings,
                    now,
                    begin=begin,
                    again=again,
                    at_once=at_once,
                    tell=tell,
                )
            if found.watch is not None:
                break
        return found
    finally:
        await records.aclose()
        await store.aclose()


def settings_of(router: "Router") -> "Settings":
    """As the router's configuration has them."""
    from interlock_evaluation.watching.looking import Settings

    said = router.wiring.config.watch
    return Settings(
        every=said.every_seconds, baseline=said.baseline_seconds, level=said.level, least=said.least
    )


async def _begins(
    router: "Router", store: "Store", said: str | None, settings: "Settings", now: float, *, again: bool
) -> "list[Begin]":
    """With which calls to begin, where a watch is to: the first that will do."""
    from interlock_evaluation.watching.beginning import days, of_run, usual

    if said is not None:
        given = days(said, now)
        return [given or await of_run(store, said, settings.baseline, now)]
    learned = router.wiring.learned
    measured = max((each.measured for each in learned.evidence.values()), default=None) if learned else None
    first = await usual(store, measured, settings.baseline, now, again=again)
    last = await usual(store, None, settings.baseline, now, again=False)
    return [first] if first == last else [first, last]


@contextmanager
def _progress() -> Iterator[Callable[[int], None] | None]:
    """How many records were read, on a terminal, beside the output."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    from rich.console import Console

    with Console(stderr=True).status("Reading records …") as status:

        def tell(count: int) -> None:
            if count % _EVERY == 0:
                status.update(f"Reading records … {count:,}")

        yield tell
