"""Servers of the MCP project's own, in JavaScript: programs that are started, and one that serves HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager

from emulators.node import node_program, skip_without
from emulators.running import Emulator, running


def mcp_server(name: str, *arguments: str) -> list[str]:
    """The command that starts `@modelcontextprotocol/server-<name>`, which speaks on its pipes."""
    package = f"@modelcontextprotocol/server-{name}"
    skip_without(package)
    return node_program(package, "dist/index.js", *arguments)


@contextmanager
def everything() -> Iterator[Emulator]:
    """The server that shows all that the protocol has, over HTTP, at `/mcp`."""

    def command(port: int) -> list[str]:
        return ["env", f"PORT={port}", *mcp_server("everything", "streamableHttp")]

    with running(command) as emulator:
        yield emulator
