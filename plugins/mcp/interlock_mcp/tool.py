"""One tool of a server."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol

from mcp import MCPError
from mcp.client.session import ClientSession
from mcp.shared.inbound import mcp_param_headers, x_mcp_header_map
from mcp.types import CallToolRequest, CallToolRequestParams, CallToolResult, InputRequiredResult
from mcp_types import METHOD_NOT_FOUND, UNSUPPORTED_PROTOCOL_VERSION
from pydantic import TypeAdapter, ValidationError

from interlock import InterlockError, ProtocolError, Repeat, ToolOutcome, ToolSpec
from interlock.http import aside, outcome_for
from interlock.protocols import API, Access, ToolRun
from interlock.types.tools import ToolEffect
from interlock_mcp.definitions import Definition
from interlock_mcp.failing import Declined, NotSent, SessionLost
from interlock_mcp.negotiating import told
from interlock_mcp.options import McpOptions
from interlock_mcp.results import is_text, outcome_of, outcome_of_error
from interlock_mcp.watching import Watch
from interlock_tools.schemas import Checker, is_small

_RESULT: TypeAdapter[CallToolResult | InputRequiredResult] = TypeAdapter(CallToolResult | InputRequiredResult)


class Server(Protocol):
    """Gives sessions with one server, each for one run or one list."""

    @property
    def edition(self) -> object:
        """What its sessions belong to: equal as long as it was not begun anew."""
        ...

    async def session(self, access: Access, headers: Mapping[str, str] | None = None) -> ClientSession: ...

    def forget(self, session: str | None = None) -> None: ...

    async def aclose(self) -> None: ...


class McpTool:
    """Under `spec.name`; its server knows it as `definition.name`.

    Attributes:
        definition: what the server says of it.
    """

    api = API
    settles_within = 0.0

    def __init__(
        self,
        definition: Definition,
        name: str,
        server: Server,
        options: McpOptions,
        watch: Watch | None = None,
    ) -> None:
        self.definition = definition
        self._key = options.key if definition.takes(options.key) else ""
        self.spec: ToolSpec = definition.spec(name, without=self._key)
        self.effect: ToolEffect = _effect(definition) if options.trust_annotations else "irreversible"
        natural = self.effect == "read" or (options.trust_annotations and definition.hint("idempotentHint"))
        self.repeat = Repeat("natural" if natural else "key" if self._key else "none")
        self._checker = Checker(definition.schema)
        self._server = server
        self._watch = watch
        self._errors_undo = options.errors_undo
        self._headers = x_mcp_header_map(definition.schema)

    async def run(self, run: ToolRun) -> ToolOutcome:
        arguments = dict(run.call.arguments)
        if self._key:
            arguments[self._key] = run.key
        objection = self._checker.objection
        if wrong := objection(arguments) if is_small(arguments) else await aside(objection, arguments):
            return ToolOutcome(outcome="refused", reason="not_sent", content=wrong)
        try:
            try:
                result = await self._called(arguments, run)
            except SessionLost as lost:
                # Nothing was done of what it was asked in a session that it does not know.
                self._server.forget(lost.session)
                result = await self._called(arguments, run)
        except NotSent as early:
            error = early.error
            return ToolOutcome(outcome="refused", reason="not_sent", content=error.message, error=error)
        except SessionLost:
            return ToolOutcome(outcome="refused", content="the server forgets its sessions")
        except Declined as declined:
            # It may be another server by now, which speaks another revision.
            self._server.forget()
            outcome = outcome_for(declined.reply, says=declined.says)
            return outcome or ToolOutcome(outcome="unknown")
        except MCPError as error:
            if error.code in (METHOD_NOT_FOUND, UNSUPPORTED_PROTOCOL_VERSION):
                self._server.forget()
            return outcome_of_error(error)
        except ValidationError:
            raise ProtocolError("the server's result is none that MCP has") from None
        read = partial(outcome_of, errors_undo=self._errors_undo)
        return read(result) if is_text(result) else await aside(read, result)

    async def _called(self, arguments: dict[str, Any], run: ToolRun) -> CallToolResult | InputRequiredResult:
        session = await self._session(arguments, run)
        params = CallToolRequestParams(name=self.definition.name, arguments=arguments)
        return await session.send_request(CallToolRequest(params=params), _RESULT)

    async def _session(self, arguments: dict[str, Any], run: ToolRun) -> ClientSession:
        try:
            session = await self._server.session(run, mcp_param_headers(self._headers, arguments))
            why = None if self._watch is None else await self._watch.objection(session, self.definition.name)
        except (NotSent, SessionLost):
            raise
        except (MCPError, Declined, ValidationError, InterlockError) as error:
            raise NotSent(told(error)) from None
        if why is not None:
            raise NotSent(ProtocolError(why))
        return session


def _effect(definition: Definition) -> ToolEffect:
    """By the server's word; where it says nothing, MCP takes a tool for one that destroys."""
    if definition.hint("readOnlyHint"):
        return "read"
    annotations = definition.told.get("annotations")
    harmless = isinstance(annotations, Mapping) and annotations.get("destructiveHint") is False
    return "write" if harmless else "destructive"
