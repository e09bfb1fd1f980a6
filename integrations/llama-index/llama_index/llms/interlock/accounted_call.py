"""One call of an accounted tool: what it asks for, and what LlamaIndex is told of it."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from llama_index.core.tools import FunctionTool, ToolOutput

from interlock import ToolCall, ToolSpec


class Call:
    """What a tool was called with, without what is not the model's."""

    def __init__(
        self,
        tool: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        *,
        classified: tuple[str, bool] | None = None,
    ) -> None:
        """`classified` is what a run does outside and whether a person has to agree to it, where that is
        known.
        """
        self._tool = tool
        self._args, self._kwargs = args, kwargs
        metadata = tool.metadata
        self.name: str = metadata.get_name()
        hidden = {*tool.key_arguments, getattr(tool.inner, "ctx_param_name", None)}
        fields = () if metadata.fn_schema is None else metadata.fn_schema.model_fields
        names = [name for name in fields or ("input",) if name not in kwargs]
        by_place = dict(zip(names, args, strict=False))
        self.arguments = by_place | {name: value for name, value in kwargs.items() if name not in hidden}
        self._spec = ToolSpec(
            name=self.name, description=metadata.description, parameters=metadata.get_parameters_dict()
        )
        self._made: ToolOutput | None = None
        self._error: BaseException | None = None
        if classified is None:
            classified = tool.accounts.classified(self._foreign(_never))
        self.effect: str = classified[0]
        self._grant: bool = classified[1]

    @property
    def passes(self) -> bool:
        """Whether it only reads and costs nothing: no row is needed."""
        accounts, hold = self._tool.accounts, self._tool.declared.hold
        return self.effect == "read" and not self._grant and not accounts.budgeted and not hold

    def check(self, given: dict[str, Any]) -> None:
        """Hold the arguments against what the tool takes, before anything is written down.

        Raises:
            ValidationError: they do not fit its schema.
            TypeError: they do not fit its function.
        """
        inner = self._tool.inner
        if (schema := self._tool.metadata.fn_schema) is not None:
            schema.model_validate(self.arguments)
        if isinstance(inner, FunctionTool):
            inspect.signature(inner.real_fn).bind(*self._args, **(inner.partial_params | given))

    async def perform(self, place: Any, act: Any) -> Any:
        """The effect, or what waits for a person; `act` runs the tool inside, given its key."""

        async def kept(key: str) -> Any:
            try:
                self._made = made = await act(key)
            except BaseException as error:
                self._error = error
                raise
            if made.is_error:
                # The tool has turned an exception into words for the model.
                raise RuntimeError(made.content)
            self._error = None
            return _kept(made)

        call = ToolCall(id=place.step, name=self.name, arguments=self.arguments)
        hold = self._tool.declared.hold
        return await self._tool.accounts.perform(place, call, self._foreign(kept), hold=hold)

    def over(self, ended: Any) -> ToolOutput | None:
        """What LlamaIndex is given where nobody has to say anything; else None.

        It is what the tool inside gave if it was run now, and what is kept of that otherwise.
        """
        if getattr(ended, "approval", None) is not None:
            return None if ended.approval.open else self._denied(ended.approval)
        return self._told(ended) if hasattr(ended, "outcome") else None

    def _told(self, effect: Any) -> ToolOutput:
        if effect.state == "confirmed" and self._made is not None and self._error is None:
            return self._made
        if self.effect == "read" and self._error is not None:
            raise self._error
        result = effect.outcome.result(effect.call)
        said = result.content
        text = said if isinstance(said, str) else "\n".join(str(getattr(part, "text", "")) for part in said)
        if result.error:
            return self._output(text, text, failed=True)
        return self._output(text, (effect.receipt or {}).get("artifact", text), failed=False)

    def _denied(self, approval: Any) -> ToolOutput:
        by = approval.decided_by or "nobody in time"
        why = f": {approval.why}" if approval.why else ""
        text = f"{self.name} was not run; refused by {by}{why}"
        return self._output(text, text, failed=True)

    def _output(self, text: str, raw: Any, *, failed: bool) -> ToolOutput:
        hidden = getattr(self._tool.inner, "ctx_param_name", None)
        named = {name: value for name, value in self._kwargs.items() if name != hidden}
        return ToolOutput(
            content=text,
            tool_name=self.name,
            raw_input={"args": self._args, "kwargs": named},
            raw_output=raw,
            is_error=failed,
        )

    def _foreign(self, act: Callable[[str], Awaitable[Any]]) -> Any:
        from interlock_agents.accounting import ForeignTool  # noqa: PLC0415 - an extra

        return ForeignTool.of(self._spec, self._tool.declared, act)


async def _never(_: str) -> Any:
    raise AssertionError("it is classified, not run")


def _kept(made: ToolOutput) -> Any:
    from interlock_agents.accounting import Made  # noqa: PLC0415 - as above

    raw = made.raw_output
    return Made(content=made.content, artifact=None if raw == made.content else raw)
