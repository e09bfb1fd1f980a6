"""`interlock mcp serve`: the router and the tools of its connectors, to whoever speaks MCP."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from interlock import RequestError
from interlock.commands import session
from interlock.types.models import Secret


def serve(
    context: typer.Context,
    *,
    http: Annotated[
        str | None,
        typer.Option(metavar="[HOST:]PORT", help="Over HTTP, there; else on standard input and output."),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            metavar="env:NAME|file:PATH",
            help="The key that each request shows, as a bearer. Beyond this machine there has to be one.",
        ),
    ] = None,
    host_name: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Another name by which clients reach it. May be repeated."),
    ] = None,
    tools: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATTERN",
            help="Offer only these tools of connectors: names or patterns, `github/get_*`. May be repeated.",
        ),
    ] = None,
    no_tools: Annotated[bool, typer.Option("--no-tools", help="Offer no tools of connectors.")] = False,
    store: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Keep effects, and what waits for people, in this store of agents: sqlite:///FILE, from the "
            "configuration's folder, or postgresql://…",
        ),
    ] = None,
    notify: Annotated[
        list[str] | None,
        typer.Option(metavar="URL", help="Whom to tell what waits; else standard error. May be repeated."),
    ] = None,
    models: Annotated[
        bool, typer.Option("--models/--no-models", help="Offer `ask`, `decide` and `list_models`.")
    ] = True,
) -> None:
    """Serve the router, and the tools of its connectors, to clients of MCP.

    Without --http a client starts it, speaks on its standard input and output, and ends it by closing them.
    What needs a person's consent is not run; with --store it waits for them. The exit code is 0 when the
    client or a SIGTERM has ended it.
    """
    if no_tools and tools:
        raise RequestError("say which tools, or none; not both.", key="--no-tools")
    if no_tools and not models:
        raise RequestError("nothing is left to offer.", key="--no-models")
    if http is None and (key is not None or host_name):
        raise RequestError("goes with --http; whoever starts this server needs none.", key="--key")
    if store is None and notify:
        raise RequestError("goes with --store: nothing waits without one.", key="--notify")
    if store is not None and find_spec("interlock_agents") is None:
        raise RequestError("needs interlock-agents: pip install interlock-mcp[effects].", key="--store")
    secret = None if key is None else key_of(key)
    said = session(context)
    router = said.router()
    context.call_on_close(router.close_sync)
    # The SDK takes most of a second to import.
    from interlock_mcp.serving import starting  # noqa: PLC0415 - for that reason

    if not said.verbose:
        starting.silence()
    folder = Path.cwd() if said.config is None else Path(said.config).absolute().parent
    effects = None if store is None else starting.effects(router, store, folder, notify or [])
    made = starting.server(router, tools=() if no_tools else tools or ("*",), models=models, runs=effects)
    used = router if effects is None else starting.both(router, effects)
    if http is None:
        code = starting.on_pipes(used, made)
    else:
        code = starting.over_http(used, made, http, key=secret, names=host_name or [])
    if code:
        raise typer.Exit(code)


def key_of(said: str) -> Secret:
    """The key that stands in a variable or a file. One that is written as it is would stand in the list of
    processes.

    Raises RequestError where none stands there.
    """
    kind, _, where = said.partition(":")
    if kind == "env" and where:
        found = os.environ.get(where, "")
    elif kind == "file" and where:
        try:
            found = Path(where).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RequestError(f"{where} cannot be read: {type(error).__name__}.", key="--key") from None
    else:
        raise RequestError("expected env:NAME or file:PATH, and not the key itself.", key="--key")
    if not found.strip():
        raise RequestError(f"no key stands in {where}.", key="--key")
    return Secret(found.strip())
