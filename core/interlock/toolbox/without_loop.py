"""A toolbox's verbs for code without a loop, or for a thread beside one."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar, Unpack

from interlock.engine.bridge import Bridge
from interlock.protocols import Connector, ToolsCall
from interlock.toolbox.naming import OfferedTool
from interlock.toolbox.options import GrantedOptions, RunOptions
from interlock.tools import Question, conversed_sync
from interlock.types.approvals import ApprovalRequest
from interlock.types.messages import ToolCall
from interlock.types.request import Constraints, ToolSpec
from interlock.types.tools import ToolOutcome

T = TypeVar("T")
_Step = Callable[[Connector, ToolsCall], Awaitable[T]]


class AwaitedTools(Protocol):
    """The same with await, and the loop that they run on."""

    _bridge: Bridge

    async def tools(self) -> tuple[OfferedTool, ...]: ...
    async def tool(self, name: str) -> OfferedTool: ...
    async def specs(self) -> tuple[ToolSpec, ...]: ...
    async def resolve(self, call: ToolCall) -> ToolCall: ...
    async def select(
        self, connectors: Sequence[str] = (), tools: Sequence[str] = ()
    ) -> tuple[OfferedTool, ...]: ...
    async def asking(self, call: ToolCall, *, run: str = "", step: str = "") -> ApprovalRequest: ...
    async def reach(self, connector: str, what: str, step: _Step[T]) -> T: ...
    async def run(self, call: ToolCall, **how: Unpack[GrantedOptions]) -> ToolOutcome: ...
    def run_sync(self, call: ToolCall, **how: Unpack[GrantedOptions]) -> ToolOutcome: ...
    async def find(
        self,
        call: ToolCall,
        *,
        key: str,
        constraints: Constraints | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as in `Toolbox.run`
    ) -> ToolOutcome | None: ...


class WithoutLoop:
    """Each waits in the thread that calls it, for what goes on in the router's own."""

    def tools_sync(self: AwaitedTools) -> tuple[OfferedTool, ...]:
        """`tools` for code without a loop, or for a thread beside one; so are the others."""
        return self._bridge.run(self.tools)

    def tool_sync(self: AwaitedTools, name: str) -> OfferedTool:
        """`tool` for code without a loop."""
        return self._bridge.run(lambda: self.tool(name))

    def select_sync(
        self: AwaitedTools, connectors: Sequence[str] = (), tools: Sequence[str] = ()
    ) -> tuple[OfferedTool, ...]:
        """`select` for code without a loop."""
        return self._bridge.run(lambda: self.select(connectors, tools))

    def resolve_sync(self: AwaitedTools, call: ToolCall) -> ToolCall:
        """`resolve` for code without a loop."""
        return self._bridge.run(lambda: self.resolve(call))

    def specs_sync(self: AwaitedTools) -> tuple[ToolSpec, ...]:
        """`specs` for code without a loop."""
        return self._bridge.run(self.specs)

    def asking_sync(self: AwaitedTools, call: ToolCall, *, run: str = "", step: str = "") -> ApprovalRequest:
        """`asking` for code without a loop."""
        return self._bridge.run(lambda: self.asking(call, run=run, step=step))

    def reach_sync(self: AwaitedTools, connector: str, what: str, step: _Step[T]) -> T:
        """`reach` for code without a loop."""
        return self._bridge.run(lambda: self.reach(connector, what, step))

    def run_sync(self: AwaitedTools, call: ToolCall, **how: Unpack[GrantedOptions]) -> ToolOutcome:
        """`run` for code without a loop, or for a thread beside one."""
        return self._bridge.run(lambda: self.run(call, **how))

    def run_approved_sync(
        self: AwaitedTools, call: ToolCall, ask: Callable[[Question], Any], **how: Unpack[RunOptions]
    ) -> ToolOutcome:
        """`run_approved` for code without a loop; `ask` is called in the thread that calls this."""
        return conversed_sync(call, lambda turn: self.run_sync(turn.call, grant=turn.grant, **how), ask)

    def find_sync(
        self: AwaitedTools,
        call: ToolCall,
        *,
        key: str,
        constraints: Constraints | None = None,
        timeout: float | None = None,
    ) -> ToolOutcome | None:
        """`find` for code without a loop."""
        return self._bridge.run(lambda: self.find(call, key=key, constraints=constraints, timeout=timeout))
