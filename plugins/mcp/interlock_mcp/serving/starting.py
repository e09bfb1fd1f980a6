"""Runs a server, on standard input and output or over HTTP, until it is ended."""

import asyncio
import logging
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from mcp.server.lowlevel import Server

from interlock import RequestError, Router
from interlock.commands import note
from interlock.http import is_loopback
from interlock.types.models import Secret
from interlock_mcp.serving.ending import until_told
from interlock_mcp.serving.making import server
from interlock_mcp.serving.pipes import pipes
from interlock_mcp.serving.web import address_of, app, bound, configured, hosts_for


def made(router: Router, tools: Sequence[str], *, models: bool, quiet: bool) -> Server[Any]:
    """As `server`. `quiet` keeps the SDK from writing what it thinks of messages, which hold prompts."""
    if quiet:
        logging.getLogger("mcp").setLevel(logging.CRITICAL)
    return server(router, tools=tools, models=models)


def on_pipes(router: Router, made: Server[Any]) -> int:
    """The exit code."""
    if sys.stdin.isatty():
        note("This speaks MCP on standard input, for a client that starts it; Ctrl-C ends it.")

    async def work() -> None:
        async with router, pipes() as (read, write):
            await made.run(read, write, made.create_initialization_options())

    return asyncio.run(until_told(work()))


def over_http(
    router: Router, made: Server[Any], where: str, *, key: Secret | None, names: Iterable[str]
) -> int:
    """The exit code.

    Raises RequestError for a place where it cannot listen, or must not without a key.
    """
    host, port = address_of(where)
    if key is None and not is_loopback(host):
        what = f"{host} can be reached by others: give --key env:NAME or file:PATH, and put https before it."
        raise RequestError(what, key="--http")
    application = app(made, key=key, hosts=hosts_for(host, names))
    with bound(host, port) as at:
        serving = configured(application)

        async def work() -> None:
            shown = f"[{host}]" if ":" in host else host
            note(f"Serving MCP at http://{shown}:{at.getsockname()[1]}/mcp")
            async with router:
                await serving.serve(sockets=[at])

        def stop() -> None:
            serving.should_exit = True

        return asyncio.run(until_told(work(), stop))
