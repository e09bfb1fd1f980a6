"""How structured output is asked for: as the answer's own format, or as the arguments of a tool."""

from dataclasses import dataclass
from typing import Any

from interlock.types.request import Output, Request
from interlock_anthropic.models import Traits
from interlock_anthropic.schema import closed

_TOOL = "final_answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """At most one of the two: the `format` of output_config, or the name of a tool that takes the answer."""

    format: dict[str, Any] | None = None
    tool: str | None = None


NOTHING = Plan()


def plan_of(request: Request, traits: Traits) -> Plan:
    """The same for a request and for the answer to it."""
    output = request.output
    if not isinstance(output, Output):
        return NOTHING
    schema = closed(output.schema) if traits.native_output else None
    if schema is not None:
        return Plan(format={"type": "json_schema", "schema": schema})
    if request.tools and request.tool_choice not in (None, "auto", "none"):
        return NOTHING  # another tool must be called first; the answer comes in a later turn
    names = {tool.name for tool in request.tools}
    name = _TOOL
    while name in names:
        name += "_"
    return Plan(tool=name)


def answer_tool(name: str, output: Output) -> dict[str, Any]:
    return {
        "name": name,
        "description": f"Gives the final answer, {output.name}. Call it once, when the answer is ready.",
        "input_schema": {"type": "object", **output.schema},
    }
