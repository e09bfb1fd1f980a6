"""A request in this dialect."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from interlock.errors import InvalidRequest
from interlock.http import HttpRequest
from interlock.http.payload import add_extras, json_body
from interlock.protocols import Call
from interlock.types.models import Deployment
from interlock.types.request import Output, Request, Settings, ToolSpec
from interlock_openai.media import refused
from interlock_openai.messages import encode_messages
from interlock_openai.schema import in_words, response_format
from interlock_openai.vendors import Vendor

# Azure's last dated version that is not a preview; a query in base_url overrides it.
AZURE_API_VERSION = "2024-10-21"


def encode(call: Call, vendor: Vendor, *, stream: bool) -> HttpRequest:
    deployment = call.deployment
    payload = body(call.request, deployment, vendor, stream=stream)
    return HttpRequest(
        url=url(deployment, vendor), body=json_body(payload), headers=headers(deployment, vendor)
    )


def url(deployment: Deployment, vendor: Vendor) -> str:
    """Azure's classic endpoint names the deployment in the path; its v1 endpoint is like everyone's."""
    root = deployment.base_url.rstrip("/")
    if not vendor.azure:
        return f"{root}/chat/completions"
    parts = urlsplit(root)
    path = parts.path.rstrip("/")
    query = dict(parse_qsl(parts.query))
    if not path.endswith("/v1"):
        if "/deployments/" not in path:
            path = f"{path.removesuffix('/openai')}/openai/deployments/{quote(deployment.name, safe='')}"
        query.setdefault("api-version", AZURE_API_VERSION)
    return urlunsplit((parts.scheme, parts.netloc, f"{path}/chat/completions", urlencode(query), ""))


def must_call_tools(request: Request, vendor: Vendor) -> bool:
    """Whether a tool call was asked for in words, so that an answer without one is an error."""
    return (
        bool(request.tools) and request.tool_choice not in (None, "auto", "none") and not vendor.forces_tools
    )


def body(request: Request, deployment: Deployment, vendor: Vendor, *, stream: bool) -> dict[str, Any]:
    words: list[str] = []
    payload: dict[str, Any] = {"model": deployment.name}
    tools = tools_of(request, vendor, words)
    if isinstance(request.output, Output):
        _output(request.output, vendor, payload, words, tools="tools" in tools)
    payload["messages"] = encode_messages(request.messages, vendor, words)
    payload.update(tools)
    _settings(request.settings, vendor, payload)
    add_extras(payload, deployment, request.settings)
    payload["stream"] = stream
    if stream and vendor.stream_usage:
        payload.setdefault("stream_options", {"include_usage": True})
    return payload


def _output(
    output: Output, vendor: Vendor, payload: dict[str, Any], words: list[str], *, tools: bool
) -> None:
    if not tools or vendor.output_with_tools:
        payload["response_format"] = response_format(output, mode=vendor.output, strict=vendor.strict)
    if vendor.output == "json_object":
        words.append(in_words(output))


def tools_of(request: Request, vendor: Vendor, words: list[str]) -> dict[str, Any]:
    choice = request.tool_choice
    names = [tool.name for tool in request.tools]
    if choice not in (None, "auto", "none", "required") and choice not in names:
        raise InvalidRequest(
            f"tool_choice names {choice!r}, which is none of the tools: {', '.join(names) or '-'}"
        )
    if not names:
        if choice == "required":
            raise InvalidRequest("tool_choice is required, but there are no tools")
        return {}
    if choice == "none" and not vendor.forbids_tools:
        return {}
    encoded: dict[str, Any] = {"tools": [_tool(tool, vendor) for tool in request.tools]}
    if choice in ("auto", "none"):
        encoded["tool_choice"] = choice
    elif choice is not None and not vendor.forces_tools:
        what = "at least one of the tools" if choice == "required" else f"the tool {choice}"
        words.append(f"You must answer by calling {what}.")
        encoded["tool_choice"] = "auto"
    elif choice == "required":
        encoded["tool_choice"] = vendor.required
    elif choice is not None:
        encoded["tool_choice"] = {"type": "function", "function": {"name": choice}}
    if request.settings.parallel_tool_calls is not None and vendor.parallel:
        encoded["parallel_tool_calls"] = request.settings.parallel_tool_calls
    return encoded


def _tool(tool: ToolSpec, vendor: Vendor) -> dict[str, Any]:
    function: dict[str, Any] = {"name": tool.name, "parameters": tool.parameters}
    if tool.description:
        function["description"] = tool.description
    if tool.strict is not None and vendor.strict:
        function["strict"] = tool.strict
    return {"type": "function", "function": function}


def _settings(settings: Settings, vendor: Vendor, payload: dict[str, Any]) -> None:
    plain = {
        "temperature": settings.temperature,
        "top_p": settings.top_p,
        "top_k": settings.top_k if vendor.top_k else None,
        vendor.max_tokens: settings.max_tokens,
        "presence_penalty": settings.presence_penalty if vendor.penalties else None,
        "frequency_penalty": settings.frequency_penalty if vendor.penalties else None,
    }
    payload.update((key, value) for key, value in plain.items() if value is not None)
    if settings.stop:
        payload["stop"] = list(settings.stop)
    if settings.seed is not None and vendor.seed:
        payload[vendor.seed] = settings.seed
    if settings.user is not None and vendor.user:
        payload[vendor.user] = settings.user
    if settings.logprobs is not None:
        if not vendor.logprobs:
            raise refused(vendor, "logprobs", "it returns none")
        payload["logprobs"] = True
        if settings.logprobs:
            payload["top_logprobs"] = settings.logprobs
    payload.update(_reasoning(settings, vendor))


def _reasoning(settings: Settings, vendor: Vendor) -> dict[str, Any]:
    effort = settings.reasoning_effort
    budget = settings.reasoning_tokens
    level = vendor.efforts.get(effort, effort) if effort is not None else None
    if vendor.ask == "reasoning":
        if budget is not None:
            return {
                "reasoning": {"max_tokens": budget}
            }  # the vendor takes one of the two; the number says more
        return {"reasoning": {"effort": level}} if level is not None else {}
    if vendor.ask == "enable_thinking":
        asked: dict[str, Any] = {}
        if level is not None or budget is not None:
            asked["enable_thinking"] = level != "none"
        if budget is not None and level != "none":
            asked["thinking_budget"] = budget
        return asked
    if level is None:
        return {}
    if vendor.ask == "thinking":
        if level == "none":
            return {"thinking": {"type": "disabled"}}
        return {"thinking": {"type": "enabled"}, "reasoning_effort": level}
    if vendor.ask == "template":
        return {"chat_template_kwargs": {"enable_thinking": level != "none", "reasoning_effort": level}}
    return {"reasoning_effort": level} if vendor.ask == "reasoning_effort" else {}


def headers(deployment: Deployment, vendor: Vendor) -> Mapping[str, str]:
    headers = {"content-type": "application/json"}
    secret = deployment.credential.secret
    if secret is not None:
        if vendor.auth == "api-key":
            headers["api-key"] = secret.reveal()
        else:
            headers["authorization"] = f"Bearer {secret.reveal()}"
    return headers
