"""`interlock serve`: the router behind an endpoint, for clients that speak the dialects of others."""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from interlock import RequestError
from interlock.commands import session, tables, write_json

if TYPE_CHECKING:
    from interlock_server.operation.lines import Lines
    from interlock_server.operation.router_service import Described, RouterService

PORT: Final = 8790
_FILE: Final = "interlock.yaml"


def serve(
    context: typer.Context,
    *,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 is any that is free.")] = PORT,
    workers: Annotated[int, typer.Option(min=1, max=256, help="How many processes serve.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Write lines of JSON.")] = False,
    access_log: Annotated[bool, typer.Option(help="Write a line for each request.")] = True,
    check: Annotated[bool, typer.Option(help="Look whether it could serve, and say what; then end.")] = False,
) -> None:
    """Serve the router to clients of OpenAI and Anthropic, until it is interrupted.

    Without keys, this machine alone is served. A configuration that changes is loaded anew, as on SIGHUP.
    SIGTERM and Ctrl-C let answers under way end; a second one breaks them off.
    """
    from interlock_server.operation.lines import Lines
    from interlock_server.operation.logged import log_to

    said = session(context)
    config = pinned(said.config)
    if check:
        show(config, host=host, as_json=as_json, workers=workers)
        return
    lines = Lines(as_json=as_json)
    log_to(lines, said.verbose)
    try:
        if workers == 1:
            code = _alone(config, host, port, lines, access_log=access_log)
        else:
            settings = {
                "config": config,
                "host": host,
                "json": as_json,
                "access_log": access_log,
                "verbose": said.verbose,
            }
            code = _several(settings, host, port, lines, workers)
    finally:
        lines.close()
    raise typer.Exit(code)


def pinned(config: str | None) -> str | None:
    """The file that is served from now on, wherever it was said; None for the environment alone.

    Were it looked for at each reload, one that is away for a moment would take every rule with it.
    """
    named = config or os.environ.get("INTERLOCK_CONFIG", "").strip() or None
    if named is None and Path(_FILE).exists():
        named = _FILE
    return None if named is None else str(Path(named).expanduser().absolute())


def show(config: str | None, *, host: str, as_json: bool, workers: int = 1) -> None:
    """What would be served; errors are raised."""
    from interlock_server.operation.router_service import RouterService

    beside = None if workers == 1 else Path(tempfile.gettempdir())  # where nothing is written yet
    service = RouterService(config, host=host, beside=beside)
    facts = service.described()
    if as_json:
        write_json({"config": config, **facts})
        return
    tables((("What", "How"), _in_words(config, facts)))


def _in_words(config: str | None, facts: "Described") -> Sequence[tuple[str, str]]:
    return (
        ("configuration", config or "no file: the keys in the environment, else the local model"),
        ("deployments", ", ".join(facts["deployments"])),
        ("keys", facts["keys"]),
        ("grace", f"{facts['grace']:g} seconds"),
        (
            "metrics",
            "open to everybody" if facts["metrics"] == "open" else "for keys with `sees`, if keys are needed",
        ),
    )


def _alone(config: str | None, host: str, port: int, lines: "Lines", *, access_log: bool) -> int:
    from interlock_server.operation.listening import address_of, listen
    from interlock_server.operation.process import Process
    from interlock_server.operation.router_service import RouterService
    from interlock_server.operation.supervisor import INTERRUPTED
    from interlock_server.operation.telemetry import set_up
    from interlock_server.operation.working import on_a_loop

    set_up()
    service = RouterService(config, host=host, lines=lines if access_log else None)
    listening = listen(host, port)
    stopped = on_a_loop(
        lambda: Process(service, lines).alone(
            listening, lambda: _announce(lines, address_of(listening), service, 1)
        )
    )
    return INTERRUPTED if stopped is signal.SIGINT else 0


def _several(settings: Mapping[str, object], host: str, port: int, lines: "Lines", workers: int) -> int:
    from interlock_server.notes import bury
    from interlock_server.operation.listening import Places
    from interlock_server.operation.supervisor import Supervisor, command_of, supervised
    from interlock_server.pages.sessions import shared_secret

    if sys.platform == "win32":
        raise RequestError("several processes share a port on Unix alone; leave it out.", key="--workers")
    places = Places(host, port, workers)
    shared_secret()  # for all of them
    with tempfile.TemporaryDirectory(prefix="interlock-serve-") as folder:
        supervisor = Supervisor(
            command_of("interlock_server.operation.worker"),
            {**settings, "beside": folder},
            places,
            count=workers,
            say=lambda text: lines.say("process", text),
            ended=lambda pid: bury(Path(folder), pid),
        )
        return asyncio.run(supervised(supervisor, lambda: _announce(lines, places.url, None, workers)))


def _announce(lines: "Lines", url: str, service: "RouterService | None", workers: int) -> None:
    """The address on standard output, for programs; everything else is a line."""
    told = "" if service is None else f"{service.summary()}; "
    several = "" if workers == 1 else f" by {workers} processes"
    lines.say(
        "listening",
        f"Serving at {url}{several}; {told}Ctrl-C stops it.",
        url=url,
        processes=workers,
        pid=os.getpid(),
    )
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()
