"""One call of an accounted tool of a connector: the ledger sends it, by the router's toolbox."""

from collections.abc import Awaitable, Callable
from typing import Any

from interlock import ToolCall, ToolOutcome
from langchain_interlock.accounted_call import Call
from langchain_interlock.calls import constraints_of
from langchain_interlock.connector_tool import ConnectorTool

_SETTLED = {"done": "confirmed", "refused": "failed"}


class ConnectorCall(Call):
    """A call of the tool that is meant, where a model asks for it by way of another."""

    def __init__(
        self, tool: Any, tool_input: Any, config: Any, id_: str | None, *, meant: ToolCall, offered: Any
    ) -> None:
        """`offered` is the tool of the toolbox that `meant` asks for."""
        toolbox = tool.inner.toolbox
        classified = toolbox.effect_of(offered).effect, toolbox.requires_grant(offered)
        super().__init__(tool, tool_input, config, id_, classified=classified)
        self._meant = meant

    @classmethod
    async def of(cls, tool: Any, tool_input: Any, config: Any, id_: str | None) -> "ConnectorCall":
        """The call.

        Raises:
            UnknownTool: it asks for no tool that there is.
            RequestError: it has no arguments by name.
        """
        inner: ConnectorTool = tool.inner
        toolbox = inner.toolbox
        meant = await toolbox.resolve(inner.call_of(inner.arguments_of(tool_input), id_))
        offered = await toolbox.tool(meant.name)
        return cls(tool, tool_input, config, id_, meant=meant, offered=offered)

    def acting(self, args: tuple[Any, ...], more: dict[str, Any], *, threaded: bool) -> Any:  # noqa: ARG002 - nothing blocks
        """What lets LangChain see the run of the tool inside, whichever toolbox does it."""
        inner: ConnectorTool = self._tool.inner

        async def act(run: Callable[[], Awaitable[ToolOutcome]]) -> None:
            self._made = await inner.acting(run).arun(self._input, *args, **more)

        return act

    async def perform(self, act: Any) -> Any:
        """The effect, or what waits for a person.

        Raises:
            RequestError: the run or the call has no id.
        """
        from interlock_agents.accounting import ConnectedHands  # noqa: PLC0415 - an extra

        inner: ConnectorTool = self._tool.inner
        constraints = constraints_of(self._config.get("metadata") or {})
        place, meant = self._place(), self._meant

        async def hands_of(grants: Any) -> Any:
            box = inner.toolbox.under(grants)
            return ConnectedHands(box, await box.tool(meant.name), act, constraints=constraints)

        hold = self._tool.declared.hold
        return await self._tool.accounts.perform(place, meant, hands_of, hold=hold)

    def _told(self, effect: Any) -> Any:
        # What was told last may be of a sending that did not settle it.
        ended = "" if self._made is None else self._made.artifact["outcome"]
        if _SETTLED.get(ended) == effect.state:
            return self._made
        return self._tool.inner.told(effect.outcome, effect.call, self._id, effect.key)[0]
