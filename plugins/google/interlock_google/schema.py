"""Structured output: by the vendor's response schema, or by a tool where the vendor takes schema or tools."""

import re
from typing import Any, NamedTuple

from interlock.errors import InvalidRequest
from interlock.types.request import Output, Request, ToolSpec
from interlock_google.models import is_third_generation

_LONGEST_NAME = 40


class Plan(NamedTuple):
    """How tools and output of a request are asked for.

    Attributes:
        tools: what is declared, the tool that stands for the output included.
        calling: the vendor's functionCallingConfig, empty for its default.
        output: what binds the answer itself, or None.
        answer_tool: name of the tool whose arguments are the answer.
    """

    tools: tuple[ToolSpec, ...]
    calling: dict[str, Any]
    output: Output | None = None
    answer_tool: str | None = None


def plan(request: Request, model: str) -> Plan:
    choice = request.tool_choice
    names = [tool.name for tool in request.tools]
    if choice not in (None, "auto", "none", "required") and choice not in names:
        raise InvalidRequest(
            f"tool_choice names {choice!r}, which is none of the tools: {', '.join(names) or '-'}"
        )
    if choice == "required" and not names:
        raise InvalidRequest("tool_choice is required, but there are no tools")
    calling = _calling(request) if names else {}
    output = request.output
    if not isinstance(output, Output) or calling.get("mode") == "ANY":
        return Plan(request.tools, calling)
    if not names or is_third_generation(model):
        return Plan(request.tools, calling, output=output)
    if choice == "none":
        return Plan((), {}, output=output)
    answer_tool = _free_name(output.name, names)
    tool = ToolSpec(
        name=answer_tool,
        description="Gives the final answer. Call it once nothing else needs to be called.",
        parameters=output.schema,
    )
    return Plan((*request.tools, tool), {"mode": "ANY"}, answer_tool=answer_tool)


def answer_tool(request: Request, model: str) -> str | None:
    """Name of the tool whose arguments are the answer, when the request was sent with one."""
    if not request.tools or not isinstance(request.output, Output):
        return None
    return plan(request, model).answer_tool


def _calling(request: Request) -> dict[str, Any]:
    choice = request.tool_choice
    if choice == "none":
        return {"mode": "NONE"}
    if choice == "required":
        return {"mode": "ANY"}
    if choice not in (None, "auto"):
        return {"mode": "ANY", "allowedFunctionNames": [choice]}
    if any(tool.strict for tool in request.tools):
        return {"mode": "VALIDATED"}
    return {"mode": "AUTO"} if choice == "auto" else {}


def _free_name(name: str, taken: list[str]) -> str:
    free = "answer_" + (re.sub(r"[^a-zA-Z0-9_]", "_", name)[:_LONGEST_NAME] or "output")
    while free in taken:
        free += "_"
    return free
