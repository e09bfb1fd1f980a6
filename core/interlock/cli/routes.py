"""`interlock routes`: which models each task goes to and why; learned ones put to use and taken back."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from interlock.cli import kept, show
from interlock.cli.failures import FAILED
from interlock.cli.replay import replayed, show_tally, tally_data
from interlock.cli.session import Session, open_log, session
from interlock.errors import ConfigError
from interlock.types.logs import LogEntry
from interlock.types.stores import RecordQuery

if TYPE_CHECKING:
    from interlock.assembly import Wiring
    from interlock.config.route_versions import RouteSwitch, RouteVersions
    from interlock.engine.deciding.replaying import Tally
    from interlock.router import Router

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Show routes; put learned ones to use and take them back.",
)
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_KIND: Final = "routes"
_RECENT: Final = 10_000  # calls that are replayed before routes are used
_OWN, _LEARNED, _SHIPPED = "configuration", "learned", "built in"


@app.callback()
def routes() -> None:
    """Show routes; put learned ones to use and take them back."""


@app.command("list")
def list_routes(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """List each task's models, best first, where they are said, and the evidence."""
    rows = _rows(session(context).router().wiring)
    if as_json:
        keys = ("task", "models", "from", "evidence")
        show.write_json([dict(zip(keys, row, strict=True)) for row in rows])
        return
    columns = ("Task", "Models", "From", "Evidence")
    show.tables((columns, [(task, show.names(names), origin, told) for task, names, origin, told in rows]))


@app.command()
def apply(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Learned routes.")],
    *,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Have the configuration's `learned_routes` hold what FILE holds, and keep what it held.

    Recorded calls are replayed first, where records are kept, and what would change is shown. Routers take it
    up when they are made again.
    """
    from interlock.config.layers import text_of

    versions = _versions(session(context))
    text = text_of(str(file), "there is no such file.")
    router = session(context).router(routes=file)
    tally = _tried(router)
    if not as_json and tally is not None:
        show_tally(tally, router.wiring)
    _agreed(f"Have {versions.path} hold these routes?", yes=yes)
    learned = router.wiring.learned
    switch = versions.apply(
        text,
        by=getuser(),
        refined=None if learned is None else learned.refined,
        first=lambda one: _log(router.wiring, one),
    )
    _told(switch, versions, None if tally is None else tally_data(tally, router.wiring), as_json=as_json)


@app.command()
def rollback(context: typer.Context, *, yes: YesOption = False, as_json: JsonOption = False) -> None:
    """Have the configuration's `learned_routes` hold what they held before."""
    versions = _versions(session(context))
    version = versions.earlier()
    router = session(context).router(routes=versions.place(version))
    _agreed(f"Have {versions.path} hold version {version} again?", yes=yes)
    switch = versions.rollback(by=getuser(), first=lambda one: _log(router.wiring, one))
    _told(switch, versions, None, as_json=as_json)


@app.command()
def history(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """List which versions were in use, oldest first."""
    versions = _versions(session(context))
    found = versions.history()
    if as_json:
        show.write_json([_data(each) for each in found])
        return
    if not found:
        show.note("None were ever put to use.")
        return
    rows = [
        (_time(each.at), each.action.replace("_", " "), each.version, each.before, each.by) for each in found
    ]
    show.tables((("At", "What", "Version", "Before", "By"), rows))


def mark_stale(said: Session, why: Mapping[str, str], *, by: str) -> "RouteSwitch | None":
    """Have the evidence of each task's learned row say why it is stale, by `by`'s word; what the file held is
    kept, as `apply` keeps it. None where it says all of that already.

    Raises:
        ConfigError: nothing is learned, or there is no evidence of a task.
    """
    from interlock.config.layers import text_of
    from interlock.config.staleness import with_stale

    versions = _versions(said)
    text = text_of(str(versions.path), "there is no such file; `learned_routes` names it.")
    marked = with_stale(text, why, where=str(versions.path))
    if marked == text:
        return None
    wiring = said.router().wiring
    refined = None if wiring.learned is None else wiring.learned.refined
    return versions.apply(marked, by=by, refined=refined, first=lambda one: _log(wiring, one))


def _rows(wiring: "Wiring") -> list[tuple[str, tuple[str, ...], str, str]]:
    own, learned = wiring.config.routes, wiring.learned
    decided = wiring.engine.decider.routes
    found = []
    for task in decided.tasks:
        origin = _SHIPPED
        told = ""
        if task in own:
            origin = _OWN
        elif learned is not None and task in learned.routes:
            origin = _LEARNED
            told = learned.evidence[task].sentence if task in learned.evidence else ""
        found.append((task, decided.row(task), origin, told))
    return found


def _versions(said: Session) -> "RouteVersions":
    from interlock.config import load
    from interlock.config.route_versions import RouteVersions

    config = load(said.config)
    if config.learned_routes is None:
        raise ConfigError(
            "nothing says where learned routes are kept. Write `learned_routes: routes.yaml` into the "
            "configuration; the file need not be there yet.",
            key="learned_routes",
        )
    return RouteVersions((config.folder or Path()) / config.learned_routes)


def _tried(router: "Router") -> "Tally | None":
    """None where no records are kept."""
    if router.wiring.config.records is None:
        show.note("No records are kept, so nothing says what would change: `records` in the configuration.")
        return None
    with kept.progress("Replaying") as tell:
        return asyncio.run(replayed(router, router, RecordQuery(), _RECENT, tell))


def _agreed(question: str, *, yes: bool) -> None:
    if not yes and not typer.confirm(show.printable(question), err=True):
        show.note("Nothing was changed.")
        raise typer.Exit(FAILED)


def _log(wiring: "Wiring", switch: "RouteSwitch") -> None:
    """Before it happens, where facts are not to be lost. Raises what the log raises."""
    if wiring.config.log is None:
        return

    async def append() -> None:
        log = open_log(wiring)
        try:
            facts = {"action": switch.action, "version": switch.version, "before": switch.before}
            await log.append([LogEntry(kind=_KIND, at=switch.at, facts=facts)])
        finally:
            await log.aclose()

    asyncio.run(append())


def _told(
    switch: "RouteSwitch", versions: "RouteVersions", tried: dict[str, Any] | None, *, as_json: bool
) -> None:
    if as_json:
        show.write_json({**_data(switch), "replayed": tried})
        return
    show.note(f"{versions.path} holds version {switch.version}; routers take it up when they are made again.")
    if switch.before:
        show.note("`interlock routes rollback` takes it back.")


def _data(switch: "RouteSwitch") -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(switch)


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
