"""A request in this dialect."""

from collections.abc import Mapping
from typing import Any

from interlock.errors import InvalidRequest
from interlock.http import HttpRequest
from interlock.http.payload import add_extras, mapping_of
from interlock.http.settings import settings_for, tell_settings
from interlock.http.verbatim import body_of
from interlock.protocols import ProviderCall
from interlock.types.models import Deployment
from interlock.types.request import Output, Request, Settings, ToolSpec
from interlock_anthropic.messages import Conversation
from interlock_anthropic.models import Traits, traits_of
from interlock_anthropic.output import FREE, Plan, answer_tool, plan_of, told
from interlock_anthropic.schema import closed
from interlock_anthropic.thinking import generation, thought_sent
from interlock_anthropic.vendor import API_VERSION, BINDING_BETA, FILES_BETA, refused

_BETAS = "anthropic-beta"
_DROPPING = {"block_binding": {"prefix_mismatch_behavior": "drop_block"}}


def encode(call: ProviderCall, *, stream: bool, dropping: bool = False) -> HttpRequest:
    """`dropping` asks for an answer without the thoughts that no longer fit what stands before them."""
    deployment = call.deployment
    settings = settings_for(call.request.settings, deployment)
    payload, betas = _body(call.request, settings, deployment, dropping=dropping)
    tell_settings(call, _sent(settings, payload))
    add_extras(payload, deployment, call.request.settings)
    payload["stream"] = stream
    return HttpRequest(
        url=f"{deployment.base_url.rstrip('/')}/messages",
        body=body_of(payload, call.request.verbatim, "messages"),
        headers=_headers(deployment, betas),
    )


def must_call_tools(request: Request, traits: Traits) -> bool:
    """Whether a tool call was asked for in words, so that an answer without one is an error."""
    return bool(request.tools) and request.tool_choice not in FREE and not traits.forces_tools


def _body(
    request: Request, settings: Settings, deployment: Deployment, *, dropping: bool
) -> tuple[dict[str, Any], list[str]]:
    """(the body, the betas that it needs)."""
    traits = traits_of(deployment)
    plan = plan_of(request, traits)
    tools = _tools(request, settings, traits, plan)
    words = told(request, traits)
    asks = dropping and traits.checks and _goes_out(BINDING_BETA, deployment)
    conversation = Conversation(
        request.messages, deployment, words, in_time=traits.binds, thoughts=asks or not dropping
    )
    if not conversation.turns:
        raise refused("a conversation in which every message is empty", "say something in one of them")
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
    betas = [FILES_BETA] if conversation.holds_files else []
    if asks:
        payload["thinking"] = {"type": "adaptive", **payload.get("thinking", {}), **_DROPPING}
        betas.append(BINDING_BETA)
    effort = payload.pop("effort", None)
    if effort is not None or plan.format is not None:
        output = {"effort": effort, "format": plan.format}
        payload["output_config"] = {key: value for key, value in output.items() if value is not None}
    if conversation.system:
        payload["system"] = _system(conversation.system)
    payload["messages"] = conversation.turns
    payload.update(tools)
    if stop := [text for text in settings.stop if text.strip()]:
        payload["stop_sequences"] = stop
    if settings.user is not None:
        payload["metadata"] = {"user_id": settings.user}
    return payload, betas


def _sent(settings: Settings, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as they stand in the body, by our own names."""
    sent = {name: payload.get(name) for name in ("temperature", "top_p", "top_k")}
    sent["user"] = settings.user
    if settings.parallel_tool_calls is not None:
        alone = mapping_of(payload, "tool_choice").get("disable_parallel_tool_use", False)
        sent["parallel_tool_calls"] = not alone
    if settings.reasoning_effort is not None or settings.reasoning_tokens is not None:
        sent.update(thought_sent(settings, payload))
    return sent


def _system(blocks: list[dict[str, Any]]) -> str | list[dict[str, Any]]:
    """A bare string where that says everything."""
    if len(blocks) == 1 and "cache_control" not in blocks[0]:
        text: str = blocks[0]["text"]
        return text
    return blocks


def _tools(request: Request, settings: Settings, traits: Traits, plan: Plan) -> dict[str, Any]:
    choice = request.tool_choice
    names = [tool.name for tool in request.tools]
    if choice not in (*FREE, "required") and choice not in names:
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
    chosen = _choice(choice, traits)
    if settings.parallel_tool_calls is False and choice != "none":
        chosen = {**(chosen or {"type": "auto"}), "disable_parallel_tool_use": True}
    if chosen is not None:
        encoded["tool_choice"] = chosen
    return encoded


def _choice(choice: str | None, traits: Traits) -> dict[str, Any] | None:
    if choice is None:
        return None
    if choice in ("auto", "none"):
        return {"type": choice}
    if not traits.forces_tools:
        return {"type": "auto"}  # and it is told in words
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


def _goes_out(beta: str, deployment: Deployment) -> bool:
    """A deployment's own header replaces ours."""
    own = {name.lower(): value for name, value in deployment.headers.items()}.get(_BETAS)
    return own is None or beta in own


def _headers(deployment: Deployment, betas: list[str]) -> Mapping[str, str]:
    headers = {"content-type": "application/json", "anthropic-version": API_VERSION}
    if betas:
        headers[_BETAS] = ",".join(betas)
    secret = deployment.credential.secret
    if secret is not None:
        headers["x-api-key"] = secret.reveal()
    return headers
