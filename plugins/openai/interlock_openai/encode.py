"""A request in this dialect."""

from collections.abc import Mapping
from typing import Any

from interlock.errors import InvalidRequest
from interlock.http import HttpRequest
from interlock.http.payload import add_extras
from interlock.http.verbatim import body_of
from interlock.protocols import ProviderCall
from interlock.types.models import Deployment
from interlock.types.request import Output, Request, ToolSpec, says_json
from interlock_openai import azure
from interlock_openai.messages import encode_messages
from interlock_openai.plan import Plan, plan_of
from interlock_openai.schema import in_words, response_format
from interlock_openai.settings import put_settings
from interlock_openai.vendors import Return, Vendor


def encode(call: ProviderCall, vendor: Vendor, *, stream: bool) -> HttpRequest:
    deployment = call.deployment
    payload = body(call, vendor, stream=stream)
    return HttpRequest(
        url=url(deployment, vendor),
        body=body_of(payload, call.request.verbatim, "chat"),
        headers=headers(deployment, vendor),
    )


def url(deployment: Deployment, vendor: Vendor, verb: str = "chat/completions") -> str:
    root = deployment.base_url.rstrip("/")
    if not vendor.azure:
        return f"{root}/{verb}"
    if azure.is_classic(root):
        return azure.classic(root, verb, deployment.name)
    return azure.v1(root, verb)


def body(call: ProviderCall, vendor: Vendor, *, stream: bool) -> dict[str, Any]:
    request, deployment = call.request, call.deployment
    plan = plan_of(call, vendor, stream=stream)
    for what, how in plan.adjusted:
        call.adjust(what, how)
    words: list[str] = []
    payload: dict[str, Any] = {"model": deployment.name}
    tools: dict[str, Any] = {}
    if request.tools or request.tool_choice is not None:
        tools = tools_of(request, vendor, words, forced=plan.forced)
    if request.output is not None and (form := format_of(request, vendor, plan, words)):
        payload["response_format"] = form
    payload["messages"] = encode_messages(call, vendor, words, owed=owed(plan, vendor))
    payload.update(tools)
    put_settings(call, vendor, plan, payload)
    if deployment.extra_body or request.settings.extra:
        add_extras(payload, deployment, request.settings)
    payload["stream"] = stream
    if stream and vendor.stream_usage:
        payload.setdefault("stream_options", {"include_usage": True})
    return payload


def owed(plan: Plan, vendor: Vendor) -> Return:
    """Which past turns must carry a thought, even where there was none."""
    if plan.traits.reasoning_owed is None or vendor.reasoning_owed == "always":
        return vendor.reasoning_owed
    return "with_tool_calls" if plan.traits.reasoning_owed else "never"


def format_of(request: Request, vendor: Vendor, plan: Plan, words: list[str]) -> dict[str, Any] | None:
    """The response format, None where there is none; `words` grows by what has to be told besides."""
    output = request.output
    if not isinstance(output, Output):
        return None
    plain = says_json(request.messages) if output.free else plan.output == "json_schema"
    if not plain or plan.output == "words":
        words.append(in_words(output))
    if plan.output == "words":
        return None
    return response_format(output, mode=str(plan.output), strict=vendor.strict)


def tools_of(
    request: Request, vendor: Vendor, words: list[str], *, forced: str | None = "field"
) -> dict[str, Any]:
    """The body's tools and choice; `words` grows by a choice that is `forced` in words."""
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
    elif choice is not None and (forced == "words" or not vendor.forces_tools):
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


def headers(deployment: Deployment, vendor: Vendor) -> Mapping[str, str]:
    made = {"content-type": "application/json"}
    secret = deployment.credential.secret
    if secret is not None:
        if vendor.auth == "api-key":
            made["api-key"] = secret.reveal()
        else:
            made["authorization"] = f"Bearer {secret.reveal()}"
    return made
