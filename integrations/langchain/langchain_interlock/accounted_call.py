"""One call of an accounted tool: where its place is, what it asks for, and what LangChain is told of it."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from langchain_core.messages import ToolMessage
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel

from interlock import RequestError, ToolCall, ToolSpec


class Call:
    """What `BaseTool.run` was called with, split into what the model says and what LangGraph injects."""

    def __init__(
        self,
        tool: Any,
        tool_input: Any,
        config: Any,
        id_: str | None,
        *,
        classified: tuple[str, bool] | None = None,
    ) -> None:
        """`classified` is what a run does outside and whether a person has to agree to it, where that is
        known.
        """
        self._tool = tool
        inner: BaseTool = tool.inner
        schema = inner.tool_call_schema
        fields = getattr(schema, "model_fields", {})
        if isinstance(tool_input, str):
            tool_input = {next(iter(fields), "input"): tool_input}
        self._input: dict[str, Any] = dict(tool_input)
        injected = tool.injected
        self._arguments = {name: value for name, value in self._input.items() if name not in injected}
        self._schema = schema
        self._config = config or {}
        self._id = id_
        self._made: Any = None
        self._error: BaseException | None = None
        if classified is None:
            classified = tool.accounts.classified(self._foreign(lambda _: self._never()))
        self.effect: str = classified[0]
        self._grant: bool = classified[1]

    @property
    def passes(self) -> bool:
        """Whether it only reads and costs nothing: no row is needed."""
        accounts, hold = self._tool.accounts, self._tool.declared.hold
        return self.effect == "read" and not self._grant and not accounts.budgeted and not hold

    def given(self, key: str) -> dict[str, Any]:
        """What the tool inside is run with."""
        return self._input | dict.fromkeys(self._tool.key_arguments, key)

    def acting(self, args: tuple[Any, ...], more: dict[str, Any], *, threaded: bool) -> Any:
        """What runs the tool inside for `perform`; `threaded` is for callers without a loop."""
        inner: BaseTool = self._tool.inner

        async def act(key: str) -> Any:
            if threaded:
                return await asyncio.to_thread(inner.run, self.given(key), *args, **more)
            return await inner.arun(self.given(key), *args, **more)

        return act

    async def perform(self, act: Any) -> Any:
        """The effect, or what waits for a person; `act` is what `acting` gives.

        Raises:
            ValidationError: the arguments do not fit. Nothing was done.
            RequestError: the run or the call has no id.
        """
        if isinstance(self._schema, type) and issubclass(self._schema, BaseModel):
            self._schema.model_validate(self._arguments)

        async def kept(key: str) -> Any:
            try:
                self._made = made = await act(key)
            except BaseException as error:
                self._error = error
                raise
            if getattr(made, "status", "success") == "error":
                # The tool has turned an exception into words for the model.
                raise RuntimeError(_text(made))
            self._error = None
            return _kept(made)

        place = self._place()
        call = ToolCall(id=str(self._id), name=self._tool.name, arguments=self._arguments)
        tool, hold = self._foreign(kept), self._tool.declared.hold
        return await self._tool.accounts.perform(place, call, tool, hold=hold)

    def over(self, ended: Any) -> Any:
        """What LangChain is given where nobody has to say anything; else None.

        It is what the tool inside gave if it was run now, and what is kept of that otherwise.
        """
        if getattr(ended, "approval", None) is not None:
            return None if ended.approval.open else self._denied(ended.approval)
        return self._told(ended) if hasattr(ended, "outcome") else None

    def _told(self, effect: Any) -> Any:
        if effect.state == "confirmed" and self._made is not None and self._error is None:
            return self._made
        if self.effect == "read" and self._error is not None:
            raise self._error
        result = effect.outcome.result(effect.call)
        artifact = (effect.receipt or {}).get("artifact") if effect.state == "confirmed" else None
        return self._message(result.content, failed=result.error, artifact=artifact)

    def _denied(self, approval: Any) -> Any:
        by = approval.decided_by or "nobody in time"
        why = f": {approval.why}" if approval.why else ""
        return self._message(f"{self._tool.name} was not run; refused by {by}{why}", failed=True)

    def _message(self, content: Any, *, failed: bool, artifact: Any = None) -> Any:
        text = (
            content if isinstance(content, str) else "\n".join(str(getattr(c, "text", "")) for c in content)
        )
        if self._id is None:
            return text
        status = "error" if failed else "success"
        name = self._tool.name
        return ToolMessage(text, tool_call_id=self._id, name=name, status=status, artifact=artifact)

    def _foreign(self, act: Callable[[str], Awaitable[Any]]) -> Any:
        from interlock_agents.accounting import ForeignTool  # noqa: PLC0415 - an extra

        inner: BaseTool = self._tool.inner
        function = convert_to_openai_tool(inner)["function"]
        parameters = function.get("parameters") or {}
        spec = ToolSpec(name=inner.name, description=inner.description, parameters=parameters)
        return ForeignTool.of(spec, self._tool.declared, act)

    def _place(self) -> Any:
        from interlock_agents import Place  # noqa: PLC0415 - as above
        from interlock_agents.accounting import scope_here  # noqa: PLC0415 - as above

        configurable: Mapping[str, Any] = self._config.get("configurable") or {}
        metadata: Mapping[str, Any] = self._config.get("metadata") or {}
        run = self._tool.run_name or metadata.get("run") or configurable.get("thread_id")
        if not run and (scope := scope_here()) is not None:
            run = scope.name
        if not run:
            raise RequestError(
                "nobody says which run it belongs to: give `accounted` a run, or the config a thread_id",
                key="run",
            )
        if not self._id:
            raise RequestError(
                f"{self._tool.name} is no mere reading, so it takes a whole tool call, with its id",
                key="tool_call_id",
            )
        plain = "/" not in self._id and "\0" not in self._id
        node = self._id if plain else hashlib.sha256(self._id.encode("utf-8", "surrogatepass")).hexdigest()
        return Place(run=str(run), node=node)

    async def _never(self) -> Any:
        raise AssertionError("it is classified, not run")


def _kept(made: Any) -> Any:
    from interlock_agents.accounting import Made  # noqa: PLC0415 - as above

    return Made(content=_text(made), artifact=getattr(made, "artifact", None))


def _text(made: Any) -> str:
    """What the model reads of it."""
    if isinstance(made, list):
        return "\n".join(_text(each) for each in made)
    update = getattr(made, "update", None)
    if isinstance(update, Mapping):  # a Command
        return "\n".join(_text(each) for each in update.get("messages", ()))
    content = getattr(made, "content", made)
    return content if isinstance(content, str) else json.dumps(content, default=str)
