"""What servers have changed since their tools were pinned, and the word that accepts it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from interlock import ConfigError
from interlock.commands import FAILED, note, printable, session, write_json
from interlock_mcp.commands.options import JsonOption
from interlock_mcp.kind import McpConnector

if TYPE_CHECKING:
    from interlock import Router
    from interlock_mcp.pins import Change, Pins


def diff(
    context: typer.Context,
    *,
    connectors: Annotated[
        list[str] | None, typer.Argument(metavar="[CONNECTOR]…", help="Only these; else all with pins.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Ask servers what they offer now, and show what is not as it was pinned.

    The exit code is 1 where something is not.
    """
    router = session(context).router()
    context.call_on_close(router.close_sync)
    found = dict(_pinned(router, connectors or []))
    box = router.toolbox()
    box.tools_sync()
    changes = [(id_, change) for id_, pins in found.items() for change in pins.changes()]
    failed = {id_: why for id_, why in box.excluded.items() if id_ in found}
    if as_json:
        write_json({"changes": [_data(id_, each) for id_, each in changes], "excluded": failed})
    for id_, each in () if as_json else changes:
        _show(id_, each)
    for id_, why in failed.items():
        note(f"{id_} is left out: {why}.")
    if changes or failed:
        raise typer.Exit(FAILED)
    if not as_json:
        note("Every tool is as it was pinned.")


def pin(
    context: typer.Context,
    *,
    connector: Annotated[str, typer.Argument(metavar="CONNECTOR", help="Its id.")],
    tools: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TOOL]…", help="Only these, by the server's names; else all."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Accept without being asked.")] = False,
) -> None:
    """Accept definitions of tools as they were when the server was last asked, by whoever asked it.

    They are shown first. The server is not asked.
    """
    router = session(context).router()
    context.call_on_close(router.close_sync)
    ((_, pins),) = _pinned(router, [connector])
    changes = [each for each in pins.changes() if not tools or each.name in tools]
    if missing := sorted({*(tools or ())} - {each.name for each in changes}):
        note(
            f"Nothing has changed of {', '.join(missing)}; `interlock mcp diff {connector}` asks the server."
        )
    if not changes:
        note(f"There is nothing to accept; `interlock mcp diff {connector}` asks the server.")
        return
    for each in changes:
        _show(connector, each)
    if not yes and not typer.confirm(f"Pin {', '.join(each.name for each in changes)} so?", err=True):
        note("Nothing was pinned.")
        raise typer.Exit(FAILED)
    pins.accept(changes)
    note(f"Pinned: {', '.join(each.name for each in changes)}.")


def _pinned(router: "Router", ids: list[str]) -> Iterator[tuple[str, "Pins"]]:
    """The connectors that keep pins. Raises ConfigError where there are none."""
    sources = router.wiring.toolboxes.sources
    known = {source.id: source for source in sources if source.kind == McpConnector.name and source.open}
    found = {}
    for id_ in known:
        opened = sources.connector(id_)
        if isinstance(opened, McpConnector) and opened.pins is not None:
            found[id_] = opened.pins
    if not found or (strange := [id_ for id_ in ids if id_ not in found]):
        which = f"{strange[0]!r} is no connector" if found else "there is no connector"
        what = f"{which} of the kind mcp that keeps pins; its option `pins` names the file."
        raise ConfigError(what, key="connectors")
    yield from ((id_, pins) for id_, pins in found.items() if not ids or id_ in ids)


def _show(connector: str, change: "Change") -> None:
    from interlock_mcp.differences import between, lines  # noqa: PLC0415 - as the other imports of a verb

    what = f"changed, in {between(change.before, change.now)}" if change.before else "new"
    typer.echo(printable(f"{connector}/{change.name}: {what}"))
    for line in lines(change.before, change.now):
        typer.echo(printable(f"  {line}"))


def _data(connector: str, change: "Change") -> dict[str, object]:
    return {
        "connector": connector,
        "tool": change.name,
        "pinned": None if change.before is None else change.before.plain,
        "offered": change.now.plain,
    }
