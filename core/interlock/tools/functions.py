"""Tools out of functions of this program."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from interlock.errors import RequestError
from interlock.requests.tools import arguments_of, spec_of
from interlock.types.tools import EFFECTS, Repeat, ToolEffect, ToolOutcome

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

    from interlock.protocols import Tool, ToolRun


def tool_of(
    function: Callable[..., Any],
    *,
    effect: ToolEffect,
    repeat: Repeat | None = None,
    settles_within: float = 0.0,
    name: str = "",
    description: str = "",
) -> "Tool":
    """A tool that calls the function, with arguments that fit its annotations.

    Its docstring is the description; a parameter that is annotated as `ToolRun` is given the run, with its
    key, and is no argument. A function that is no coroutine runs in a thread. What it returns is text, JSON,
    or a ToolOutcome; a RequestError of its own is a refusal.

    `repeat` is natural where nobody says and it only reads, else none. `settles_within` is in seconds: after
    them a run that was sent has happened or never will.

    Raises:
        RequestError: there is no such effect, or no schema fits the signature.
    """
    if effect not in EFFECTS:
        raise RequestError(f"{effect!r} is none of {', '.join(EFFECTS)}", key="effect")
    tool = _FunctionTool(function)
    tool.effect = effect
    tool.repeat = repeat or Repeat("natural" if effect == "read" else "none")
    tool.settles_within = settles_within
    tool.spec = replace(
        tool.spec, name=name or tool.spec.name, description=description or tool.spec.description
    )
    return tool


class _FunctionTool:
    api = 1
    effect: ToolEffect = "irreversible"
    repeat = Repeat("none")
    settles_within = 0.0

    def __init__(self, function: Callable[..., Any]) -> None:
        from interlock.protocols import ToolRun  # noqa: PLC0415 - the face needs no protocol

        key = getattr(function, "__name__", type(function).__name__)
        self._function = function
        self._model = arguments_of(function, key=key, given=ToolRun)
        self._parameters = inspect.signature(function, eval_str=True).parameters
        self._given = [name for name, each in self._parameters.items() if each.annotation is ToolRun]
        self.spec = spec_of(function, self._model)

    async def run(self, run: "ToolRun") -> ToolOutcome:
        from pydantic import ValidationError  # noqa: PLC0415 - costs more than the rest of the import

        known = self._model.model_fields
        if strange := [name for name in run.call.arguments if name not in known]:
            there = ", ".join(known) or "none"
            return _refused(f"there is no argument {', '.join(strange)}; there are {there}")
        try:
            arguments = self._model.model_validate(dict(run.call.arguments))
        except ValidationError as error:
            return _refused(_sentence(error))
        try:
            found = await self._call(arguments, run)
        except RequestError as error:
            return _refused(str(error))
        return found if isinstance(found, ToolOutcome) else ToolOutcome(outcome="done", content=_text(found))

    async def _call(self, arguments: "BaseModel", run: "ToolRun") -> Any:
        positional: list[Any] = []
        named: dict[str, Any] = {}
        for name, parameter in self._parameters.items():
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                continue
            value = run if name in self._given else getattr(arguments, name)
            if parameter.kind is parameter.POSITIONAL_ONLY:
                positional.append(value)
            else:
                named[name] = value
        if inspect.iscoroutinefunction(self._function):
            return await self._function(*positional, **named)
        import asyncio  # noqa: PLC0415 - sockets and TLS, which the face does without

        return await asyncio.to_thread(self._function, *positional, **named)


def _refused(content: str) -> ToolOutcome:
    return ToolOutcome(outcome="refused", content=content)


def _sentence(error: "ValidationError") -> str:
    """What is wrong with each argument, without the values, which the model knows."""
    wrong = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in wrong)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    from pydantic_core import to_json  # noqa: PLC0415 - as above

    return to_json(value).decode()
