"""One call of an accounted tool of a connector: the ledger sends it, by the router's toolbox."""

from collections.abc import Awaitable, Callable
from typing import Any

from llama_index.core.tools import ToolOutput

from interlock import ToolCall, ToolOutcome
from llama_index.llms.interlock.accounted_call import Call
from llama_index.llms.interlock.connector_tool import ConnectorTool

_SETTLED = {"done": "confirmed", "refused": "failed"}


class ConnectorCall(Call):
    """A call of the tool that is meant, where a model asks for it by way of another."""

    def __init__(self, tool: Any, asked: ToolCall, *, meant: ToolCall, offered: Any) -> None:
        """`offered` is the tool of the toolbox that `meant` asks for."""
        toolbox = tool.inner.toolbox
        classified = toolbox.effect_of(offered).effect, toolbox.requires_grant(offered)
        super().__init__(tool, (), dict(asked.arguments), classified=classified)
        self._meant = meant

    @classmethod
    async def of(cls, tool: Any, asked: ToolCall) -> "ConnectorCall":
        """The call.

        Raises:
            UnknownTool: it asks for no tool that there is.
        """
        toolbox = tool.inner.toolbox
        meant = await toolbox.resolve(asked)
        return cls(tool, asked, meant=meant, offered=await toolbox.tool(meant.name))

    async def perform(self, place: Any, act: Any) -> Any:
        """The effect, or what waits for a person; `act` lets LlamaIndex see the run."""
        from interlock_agents.accounting import ConnectedHands  # noqa: PLC0415 - an extra

        inner: ConnectorTool = self._tool.inner
        meant = self._meant

        async def seen(run: Callable[[], Awaitable[ToolOutcome]]) -> None:
            self._made = await act(run)

        async def hands_of(grants: Any) -> Any:
            box = inner.toolbox.under(grants)
            return ConnectedHands(box, await box.tool(meant.name), seen)

        hold = self._tool.declared.hold
        return await self._tool.accounts.perform(place, meant, hands_of, hold=hold)

    def _told(self, effect: Any) -> ToolOutput:
        # What was told last may be of a sending that did not settle it.
        made = self._made
        if made is not None and _SETTLED.get(made.raw_output["outcome"]) == effect.state:
            return made
        told: ToolOutput = self._tool.inner.told(effect.outcome, effect.call)
        return told
