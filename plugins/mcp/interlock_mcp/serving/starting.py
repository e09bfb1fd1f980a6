"""Runs a server, on standard input and output or over HTTP, until it is ended."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcp.server.lowlevel import Server

from interlock import RequestError, Router
from interlock.commands import note
from interlock.http import is_loopback
from interlock.types.models import Secret
from interlock_mcp.serving.ending import until_told
from interlock_mcp.serving.making import server
from interlock_mcp.serving.pipes import pipes
from interlock_mcp.serving.web import address_of, app, bound, configured, hosts_for

if TYPE_CHECKING:
    from interlock_mcp.serving.effects import Effects

__all__ = ["both", "effects", "on_pipes", "over_http", "server", "silence"]

Used = AbstractAsyncContextManager[object]
"""What has to be open while the server runs."""


def silence() -> None:
    """Keep the SDK from writing what it thinks of messages, which hold prompts."""
    logging.getLogger("mcp").setLevel(logging.CRITICAL)


def effects(router: Router, url: str, folder: Path, notify: Sequence[str]) -> "Effects":
    """What keeps effects in the store at that URL. It is told to the router's log.

    Raises StoreError for a URL that cannot be used, RequestError for a notifier that nothing offers.
    """
    from interlock_agents import Store  # noqa: PLC0415 - of an extra
    from interlock_agents.approvals import notifiers_of  # noqa: PLC0415 - likewise
    from interlock_mcp.serving.effects import Effects  # noqa: PLC0415 - likewise

    told = notifiers_of(notify or ["stderr:"], folder)
    return Effects(Store.open(url, folder), log=router.log, notifiers=told)


@asynccontextmanager
async def both(router: Router, effects: "Effects") -> AsyncIterator[None]:
    """Both are open until the block ends."""
    async with router, aclosing(effects):
        yield


def on_pipes(used: Used, made: Server[Any]) -> int:
    """The exit code."""
    if sys.stdin.isatty():
        note("This speaks MCP on standard input, for a client that starts it; Ctrl-C ends it.")

    async def work() -> None:
        async with used, pipes() as (read, write):
            await made.run(read, write, made.create_initialization_options())

    return asyncio.run(until_told(work()))


def over_http(used: Used, made: Server[Any], where: str, *, key: Secret | None, names: Iterable[str]) -> int:
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
            async with used:
                await serving.serve(sockets=[at])

        def stop() -> None:
            serving.should_exit = True

        return asyncio.run(until_told(work(), stop))
