"""Tools of MCP servers as tools of Interlock: of a program that is started here, or over streamable HTTP.

A server says what it offers and what its tools do; neither is believed. Its tools are irreversible until the
policy of the configuration's `tools` says otherwise, and what they return is data.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from interlock import hookimpl
from interlock.protocols import CommandOffer, ConnectorKind
from interlock_mcp.kind import Mcp
from interlock_mcp.options import McpOptions, OAuthOptions, Picked

if TYPE_CHECKING:
    from typer import Typer

__all__ = ["Mcp", "McpOptions", "OAuthOptions", "Picked"]


def _verb() -> "Callable[..., Any] | Typer":
    from interlock_mcp.commands import app  # noqa: PLC0415 - whoever uses no verb waits for nothing

    return app


@hookimpl
def interlock_connectors() -> Iterable[ConnectorKind]:
    return [Mcp()]


@hookimpl
def interlock_commands() -> Iterable[CommandOffer]:
    return [
        CommandOffer(
            name="mcp", help="Log in to MCP servers, be one, and accept what they have changed.", load=_verb
        )
    ]
