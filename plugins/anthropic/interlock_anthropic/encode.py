"""A request in this dialect."""

from collections.abc import Mapping
from typing import Any

from interlock.errors import InvalidRequest
from interlock.http import HttpRequest
from interlock.http.payload import add_extras, json_body
from interlock.protocols import Call
from interlock.types.models import Deployment
from interlock.types.request import Output, Request, ToolSpec
from interlock_anthropic.messages import Conversation
from interlock_anthropic.models import Traits, traits_of
from interlock_anthropic.output import Plan, answer_tool, plan_of
from interlock_anthropic.schema import closed
from interlock_anthropic.thinking import generation
from interlock_anthropic.vendor import API_VERSION, FILES_BETA, refused

_FREE = (None, "auto", "none")


def encode(call: Call, *, stream: bool) -> HttpRequest:
    deployment = call.deployment
    payload, betas = _body(call.request, deployment)
    add_extras(payload, deployment, call.request.settings)
    payload["stream"] = stream
    return HttpRequest(
        url=f"{deployment.base_url.rstrip('/')}/messages",
        body=json_body(payload),
        headers=_headers(deployment, betas),
    )


def must_call_tools(request: Request, traits: Traits) -> bool:
    """Whether a tool call was asked for in words, so that an answer without one is an error."""
    return bool(request.tools) and request.tool_choice not in _FREE and not traits.forces_tools


def _body(request: Request, deployment: Deployment) -> tuple[dict[str, Any], list[str]]:
    """(the body, the betas that it needs)."""
    settings = request.settings
    traits = traits_of(deployment)
    plan = plan_of(request, traits)
    words: list[str] = []
    tools = _tools(request, traits, plan, words)
    conversation = Conversation(request.messages, deployment, words)
    if not conversation.turns:
        raise InvalidRequest("there is nothing to send: every message is empty")
    if "tools" not in tools and conversation.tools:
        tools = _past(conversation.tools)
    if settings.logprobs is not None:
        raise refused("logprobs", "it returns none")
    payload: dict[str, Any] = {"model": deployment.name}
    forced = tools.get("tool_choice", {}).get("type") in ("any", "tool")
    payload.update(
        generation(
            settings,
            traits,
            deployment.card.max_output,
            budget_allowed=not forced and conversation.may_budget,
        )
    )
    output = {"effort": payload.pop("effort", None), "format": plan.format}
    if given := {key: value for key, value in output.items() if value is not None}:
        payload["output_config"] = given
    if conversation.system:
        payload["system"] = _system(conversation.system)
    payload["messages"] = conversation.turns
    payload.update(tools)
    if stop := [text for text in settings.stop if text.strip()]:
        payload["stop_sequences"] = stop
    if settings.user is not None:
        payload["metadata"] = {"user_id": settings.user}
    return payload, [FILES_BETA] if conversation.holds_files else []


def _system(blocks: list[dict[str, Any]]) -> str | list[dict[str, Any]]:
    """A bare string where that says everything."""
    if len(blocks) == 1 and "cache_control" not in blocks[0]:
        text: str = blocks[0]["text"]
        return text
    return blocks


def _tools(request: Request, traits: Traits, plan: Plan, words: list[str]) -> dict[str, Any]:
    choice = request.tool_choice
    names = [tool.name for tool in request.tools]
    if choice not in (*_FREE, "required") and choice not in names:
        raise InvalidRequest(
            f"tool_choice names {choice!r}, which is none of the tools: {', '.join(names) or '-'}"
        )
    if choice == "required" and not names:
        raise InvalidRequest("tool_choice is required, but there are no tools")
    tools = [_tool(tool, traits) for tool in request.tools]
    if plan.tool is not None and isinstance(request.output, Output):
        tools.append(answer_tool(plan.tool, request.output))
        # The answer is a call as well, so one of the calls must come; which one, the model decides.
        choice = "required" if names and choice != "none" else plan.tool
    if not tools:
        return {}
    encoded: dict[str, Any] = {"tools": tools}
    chosen = _choice(choice, traits, words)
    if request.settings.parallel_tool_calls is False and choice != "none":
        chosen = {**(chosen or {"type": "auto"}), "disable_parallel_tool_use": True}
    if chosen is not None:
        encoded["tool_choice"] = chosen
    return encoded


def _choice(choice: str | None, traits: Traits, words: list[str]) -> dict[str, Any] | None:
    if choice is None:
        return None
    if choice in ("auto", "none"):
        return {"type": choice}
    if not traits.forces_tools:
        what = "at least one of the tools" if choice == "required" else f"the tool {choice}"
        words.append(f"You must answer by calling {what}.")
        return {"type": "auto"}
    return {"type": "any"} if choice == "required" else {"type": "tool", "name": choice}


def _tool(tool: ToolSpec, traits: Traits) -> dict[str, Any]:
    encoded: dict[str, Any] = {"name": tool.name, "input_schema": {"type": "object", **tool.parameters}}
    if tool.description:
        encoded["description"] = tool.description
    if tool.strict and traits.native_output:
        schema = closed(encoded["input_schema"])
        if schema is not None:
            encoded.update(input_schema=schema, strict=True)
    return encoded


def _past(names: Mapping[str, None]) -> dict[str, Any]:
    """A conversation that holds calls needs their tools, even when none may be called again."""
    tools = [{"name": name, "input_schema": {"type": "object"}} for name in names]
    return {"tools": tools, "tool_choice": {"type": "none"}}


def _headers(deployment: Deployment, betas: list[str]) -> Mapping[str, str]:
    headers = {"content-type": "application/json", "anthropic-version": API_VERSION}
    if betas:
        headers["anthropic-beta"] = ",".join(betas)
    secret = deployment.credential.secret
    if secret is not None:
        headers["x-api-key"] = secret.reveal()
    return headers
