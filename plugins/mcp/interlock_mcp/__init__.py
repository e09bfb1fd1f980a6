"""Tools of MCP servers as tools of Interlock: of a program that is started here, or over streamable HTTP.

A server says what it offers and what its tools do; neither is believed. Its tools are irreversible until the
policy of the configuration's `tools` says otherwise, and what they return is data.
"""

from collections.abc import Iterable

from interlock import hookimpl
from interlock.protocols import ConnectorKind
from interlock_mcp.kind import Mcp
from interlock_mcp.options import McpOptions, Picked

__all__ = ["Mcp", "McpOptions", "Picked"]


@hookimpl
def interlock_connectors() -> Iterable[ConnectorKind]:
    return [Mcp()]
