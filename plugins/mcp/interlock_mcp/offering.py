"""The way from a server to tools that are offered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mcp import MCPError
from pydantic import ValidationError

from interlock import InterlockError
from interlock.http import aside
from interlock.protocols import ConnectorCall, Tool, ToolsCall
from interlock_mcp.authorizing import Authorization, BearerKey
from interlock_mcp.definitions import called
from interlock_mcp.failing import Declined, NotSent, SessionLost
from interlock_mcp.freshness import Freshness
from interlock_mcp.listing import Listed, listed
from interlock_mcp.negotiating import told
from interlock_mcp.options import McpOptions
from interlock_mcp.pins import Pins
from interlock_mcp.processes import Launch
from interlock_mcp.stdio import StdioServer
from interlock_mcp.streamable import HttpServer
from interlock_mcp.tool import McpTool, Server
from interlock_mcp.watching import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """Tools, and which others are withdrawn, by the server's names, each with the reason.

    `seconds` is for how long that holds, as a `Listed` has it.
    """

    tools: Sequence[Tool]
    withdrawn: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = None


def server_of(
    call: ConnectorCall, options: McpOptions, oauth: Authorization | None, fresh: Freshness
) -> Server:
    """It does no I/O. `fresh` is told what the server says of its list."""
    there = call.destination
    if not options.command:
        return HttpServer(there.base_url, oauth or BearerKey(there), fresh)
    launch = Launch(
        name=call.id, command=options.command, args=options.args, env=options.env, cwd=options.cwd
    )
    return StdioServer(launch, there.largest_answer, fresh)


async def offered(
    server: Server, call: ToolsCall, connector: str, options: McpOptions, pins: Pins | None
) -> Offered:
    """Raises ProviderError alone, but for what cancels it."""
    found, edition = await _found(server, call)
    changed = {} if pins is None else await aside(pins.check, found.definitions)
    watch = None if pins is None else Watch(pins, lambda: server.edition, edition)
    tools: list[Tool] = []
    for definition in found.definitions:
        if definition.name in changed or not options.tools.takes(definition.name):
            continue
        name = called(definition.name, connector if options.prefix else "")
        tools.append(McpTool(definition, name, server, options, watch))
    withdrawn = {**found.withdrawn, **changed}
    withdrawn = {name: why for name, why in withdrawn.items() if options.tools.takes(name)}
    return Offered(tools=tools, withdrawn=withdrawn, seconds=found.seconds)


async def _found(server: Server, call: ToolsCall) -> tuple[Listed, object]:
    """The list, and the edition of the server that it is from."""
    try:
        try:
            session, edition = await server.session(call), server.edition
            return await listed(session), edition
        except SessionLost as lost:
            server.forget(lost.session)
            session, edition = await server.session(call), server.edition
            return await listed(session), edition
    except NotSent as error:
        raise error.error from None
    except SessionLost:
        raise told(ValueError()) from None
    except (MCPError, Declined, ValidationError, InterlockError) as error:
        raise told(error) from None
