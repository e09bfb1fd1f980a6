"""How structured output is asked for: as the answer's own format, or as the arguments of a tool."""

from dataclasses import dataclass
from typing import Any

from interlock.http.payload import json_text
from interlock.types.request import Output, Request
from interlock_anthropic.models import Traits
from interlock_anthropic.schema import closed

_TOOL = "final_answer"
FREE = (None, "auto", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """At most one of the three.

    Attributes:
        format: that of output_config.
        tool: the name of a tool that takes the answer.
        words: what asks for it where one more tool would change what thoughts are bound to.
    """

    format: dict[str, Any] | None = None
    tool: str | None = None
    words: str | None = None


NOTHING = Plan()


def plan_of(request: Request, traits: Traits) -> Plan:
    """The same for a request and for the answer to it."""
    output = request.output
    if not isinstance(output, Output):
        return NOTHING
    schema = closed(output.schema) if traits.native_output else None
    if schema is not None:
        return Plan(format={"type": "json_schema", "schema": schema})
    if request.tools and request.tool_choice not in FREE:
        return NOTHING  # another tool must be called first; the answer comes in a later turn
    if traits.binds:
        return Plan(words=_in_words(output))
    names = {tool.name for tool in request.tools}
    name = _TOOL
    while name in names:
        name += "_"
    return Plan(tool=name)


def answer_tool_of(request: Request, traits: Traits) -> str | None:
    """The tool whose arguments are the answer, if structured output was asked for by one."""
    return plan_of(request, traits).tool


def words_of(request: Request, traits: Traits) -> tuple[str, ...]:
    """What the request said in words of ours, which its thoughts are bound to."""
    return told(request, traits) if traits.binds else ()


def told(request: Request, traits: Traits) -> tuple[str, ...]:
    """What is asked for in words, for want of a field: the same for a request and for the answer to it."""
    words: list[str] = []
    choice = request.tool_choice
    if request.tools and choice not in FREE and not traits.forces_tools:
        what = "at least one of the tools" if choice == "required" else f"the tool {choice}"
        words.append(f"You must answer by calling {what}.")
    if asked := plan_of(request, traits).words:
        words.append(asked)
    return tuple(words)


def _in_words(output: Output) -> str:
    schema = json_text(output.schema)
    return f"Answer with one JSON value and nothing else. It must be valid under this JSON schema:\n{schema}"


def answer_tool(name: str, output: Output) -> dict[str, Any]:
    return {
        "name": name,
        "description": f"Gives the final answer, {output.name}. Call it once, when the answer is ready.",
        "input_schema": {"type": "object", **output.schema},
    }
