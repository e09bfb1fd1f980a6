"""A server of the SDK's that offers a router and its connectors' tools."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import version
from typing import Any

from mcp import MCPError
from mcp.server.caching import CacheHint
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.models import InitializationOptions
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ToolsListChanged
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    Tool,
)
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from interlock import Constraints, Request, Router
from interlock.logs import redacting_logger
from interlock_mcp.serving.described import described
from interlock_mcp.serving.models import Models, Progress
from interlock_mcp.serving.offer import RESERVED, Offer
from interlock_mcp.serving.running import run_tool
from interlock_mcp.serving.runs import Direct, Runs

PAGE = 200
"""Tools in one page of the list."""
FRESH = 60_000
"""Milliseconds for which a list may be kept; a tenth of it while a connector's tools cannot be had."""
_BROKEN = "Internal error; what was asked for may have been done"
_log = redacting_logger("interlock.mcp.serving")
_MODELS = (
    "`ask` sends a prompt to another language model, under rules about where data may go; `decide` says "
    "where it would go. "
)
_TOOLS = (
    "A tool whose result says that a person has to agree has done nothing. One whose outcome is `unknown` "
    "may have done what was asked for: do not repeat it, tell your user."
)
Context = ServerRequestContext[Any, Any]


def server(
    router: Router,
    *,
    tools: Sequence[str] = ("*",),
    models: bool = True,
    constraints: Constraints | Mapping[str, Any] | None = None,
    runs: Runs | None = None,
    name: str = "interlock",
) -> Server[Any]:
    """A server with the tools of the router's connectors, and with the router itself.

    It is the SDK's, so it runs on whatever the SDK runs: `run(read, write, …)`, or `streamable_http_app()`,
    which checks nobody's key as `app` does. The router stays the caller's to close.

    Args:
        router: what is offered.
        tools: patterns of tools that are offered, as the configuration's `tools` has them; none for no tool.
        models: offer `ask`, `decide` and `list_models`.
        constraints: tighten the configuration's, for tools and models.
        runs: what carries calls of tools out; by default the toolbox alone. `Effects` keeps them, and what
            waits for people, in a store of agents.
        name: what the server calls itself.

    Raises:
        RequestError: constraints or a pattern that cannot be meant.
    """
    asked = Request("", constraints=constraints or {}).constraints
    runs = runs or Direct()
    box = router.toolbox(constraints=asked, grants=runs.grants)
    offer = Offer.of(box, tools, taken=RESERVED if models else ())
    own = Models(router=router, constraints=asked) if models else None
    return _Offering(offer=offer, models=own, runs=runs).server(name)


@dataclass(slots=True)
class _Offering:
    """What the server's requests are answered with."""

    offer: Offer
    models: Models | None
    runs: Runs
    bus: InMemorySubscriptionBus = field(default_factory=InMemorySubscriptionBus)
    digest: str = ""
    excluded: Mapping[str, str] = field(default_factory=dict)

    def server(self, name: str) -> Server[Any]:
        words = (_MODELS if self.models is not None else "") + (_TOOLS if self.offer.rules else "")
        made: Server[Any] = _Server(
            name,
            version=version("interlock-mcp"),
            title="Interlock",
            instructions=words.strip() or None,
            cache_hints={"server/discover": CacheHint(ttl_ms=FRESH, scope="private")},
            get_tool_input_schema=self.offer.schema,
            on_list_tools=self.list_tools,
            on_call_tool=self.call_tool,
            on_subscriptions_listen=ListenHandler(self.bus),
        )
        return made

    async def list_tools(self, _: Context, params: PaginatedRequestParams | None) -> ListToolsResult:
        tools = await self._tools()
        digest = sha256("\n".join(each.model_dump_json() for each in tools).encode()).hexdigest()[:16]
        before, self.digest = self.digest, digest
        self._note_excluded()
        if before not in ("", digest):
            await self.bus.publish(ToolsListChanged())
        begin = _begin(None if params is None else params.cursor, self.digest)
        end = begin + PAGE
        whole = not self.offer.toolbox.excluded
        return ListToolsResult(
            tools=tools[begin:end],
            next_cursor=f"{end}.{self.digest}" if end < len(tools) else None,
            ttl_ms=FRESH if whole else FRESH // 10,
            cache_scope="private",
        )

    async def call_tool(self, context: Context, params: CallToolRequestParams) -> CallToolResult:
        arguments = params.arguments or {}
        try:
            own = () if self.models is None else self.models.tools
            tool = next((each for each in own if each.name == params.name), None)
            if tool is not None and self.models is not None:
                return await self.models.run(tool, arguments, _progress_of(context))
            meta = dict(context.meta or {})
            result = await run_tool(self.offer, self.runs, params.name, arguments, meta)
        except MCPError:
            raise
        except Exception as error:  # noqa: BLE001 - what it says may hold anything, and goes nowhere
            _log.error("a call of a tool raised %s", type(error).__name__)
            raise MCPError(code=INTERNAL_ERROR, message=_BROKEN) from None
        await self._notice(context)
        return result

    async def _tools(self) -> list[Tool]:
        own = [] if self.models is None else list(self.models.tools)
        box = self.offer.toolbox
        return [*own, *(described(name, tool, box) for name, tool in await self.offer.listed())]

    async def _notice(self, context: Context) -> None:
        """Tell clients when a connector that failed before has answered, or the other way round. What was run
        is not put in doubt by a client that does not hear it.
        """
        if not self._note_excluded() or not self.digest:
            return
        try:
            await self.bus.publish(ToolsListChanged())
            if context.protocol_version not in MODERN_PROTOCOL_VERSIONS:
                await context.session.send_tool_list_changed()
        except Exception as error:  # noqa: BLE001 - a connection may fail in any way
            _log.info("a client could not be told of a change: %s", type(error).__name__)

    def _note_excluded(self) -> bool:
        """Whether what cannot be had is other than it was."""
        now = dict(self.offer.toolbox.excluded)
        changed = now.keys() != self.excluded.keys()
        for name in now.keys() - self.excluded.keys():
            _log.warning("%s is left out: %s", name, now[name])
        self.excluded = now
        return changed


class _Server(Server[Any]):
    def create_initialization_options(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, Any]] | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
    ) -> InitializationOptions:
        changes = notification_options or NotificationOptions(tools_changed=True)
        return super().create_initialization_options(changes, experimental_capabilities, extensions)


def _begin(cursor: str | None, digest: str) -> int:
    """Where a page begins. Raises MCPError for a cursor that is none of this list."""
    if cursor is None:
        return 0
    place, _, of = cursor.partition(".")
    if of != digest or not (place.isascii() and place.isdigit()) or len(place) > len(str(PAGE)) + 6:
        raise MCPError(code=INVALID_PARAMS, message="Invalid cursor: the list has changed; begin anew")
    return int(place)


def _progress_of(context: Context) -> Progress | None:
    if (context.meta or {}).get("progress_token") is None:
        return None

    async def tell(heard: int, words: str) -> None:
        await context.session.report_progress(heard, message=words)

    return tell
