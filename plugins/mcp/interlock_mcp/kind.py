"""The kind of connector, and one that is open."""

from collections.abc import Iterable, Mapping
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from interlock.http import aside
from interlock.protocols import API, Connector, ConnectorCall, ConnectorFacts, Tool, ToolsCall
from interlock_mcp.freshness import Freshness
from interlock_mcp.options import McpOptions
from interlock_mcp.pins import Pins

if TYPE_CHECKING:
    from interlock_mcp.oauth.bearer import OAuth
    from interlock_mcp.tool import Server


class Mcp:
    """Servers that speak MCP. Where one sends what it is given, the user says: of those started here, too."""

    api = API
    name = "mcp"
    facts = ConnectorFacts(needs_address=False, needs_key=False, issuer=True)
    options: type | None = McpOptions

    def open(self, call: ConnectorCall) -> Connector:
        options: McpOptions = call.options or McpOptions()
        options.check(call)
        return McpConnector(call, options)


class McpConnector:
    """One server. It is started, or greeted, when somebody asks for its tools.

    Attributes:
        pins: where definitions of its tools are kept; None where they are not.
        oauth: what gets its tokens; None where no issuer is named.
    """

    api = API
    name = "mcp"

    def __init__(self, call: ConnectorCall, options: McpOptions) -> None:
        self._call = call
        self._options = options
        self._server: Server | None = None
        self.pins = None if options.pins is None else Pins(options.pins, call.id)
        self._withdrawn: Mapping[str, str] = {}
        self._fresh = Freshness()
        self.oauth = None if call.issuer is None else _oauth(call, options)

    @property
    def withdrawn(self) -> Mapping[str, str]:
        """Tools that are not offered, by the names that the server gives them, each with the reason."""
        return self._withdrawn

    @property
    def stale(self) -> bool:
        """Whether its server has said that its tools have changed, or for how long its list holds."""
        return self._fresh.is_over

    async def tools(self, call: ToolsCall) -> Iterable[Tool]:
        # The SDK takes most of a second to import.
        offering = await aside(partial(import_module, "interlock_mcp.offering"))
        if self._server is None:
            self._server = offering.server_of(self._call, self._options, self.oauth, self._fresh)
        self._fresh.asked()
        offered = await offering.offered(self._server, call, self._call.id, self._options, self.pins)
        self._withdrawn = offered.withdrawn
        self._fresh.listed(offered.seconds)
        return tuple(offered.tools)

    async def aclose(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            await server.aclose()


def _oauth(call: ConnectorCall, options: McpOptions) -> "OAuth":
    from interlock_mcp.oauth.bearer import OAuth  # noqa: PLC0415 - most servers have no issuer

    return OAuth(call, options.oauth)
