"""A request in this dialect."""

from functools import lru_cache
from operator import attrgetter
from typing import Any
from urllib.parse import quote

from interlock.http import HttpRequest
from interlock.http.payload import add_extras, json_body
from interlock.http.settings import tell_settings
from interlock.protocols import ProviderCall
from interlock.types.models import Deployment
from interlock.types.request import ToolSpec
from interlock_google.contents import conversation
from interlock_google.models import thinking
from interlock_google.schema import Plan, plan

# Names that are paths already, as the vendor writes them.
_PATHS = ("models/", "tunedModels/", "publishers/", "projects/")

_TAKEN = ("temperature", "top_p", "top_k", "seed", "presence_penalty", "frequency_penalty")
_taken = attrgetter(*_TAKEN)


def encode(call: ProviderCall, *, stream: bool, signatures: bool = True) -> HttpRequest:
    """Without `signatures`, the past is sent as if another vendor had made it."""
    deployment = call.deployment
    headers = {"content-type": "application/json"}
    secret = deployment.credential.secret
    if secret is not None:
        headers["x-goog-api-key"] = secret.reveal()
    payload = body(call, signatures=signatures)
    return HttpRequest(url=url(deployment, stream=stream), body=json_body(payload), headers=headers)


def url(deployment: Deployment, *, stream: bool) -> str:
    path = _path(deployment.name)
    verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
    return f"{deployment.base_url.rstrip('/')}/{path}:{verb}"


@lru_cache(maxsize=256)
def _path(name: str) -> str:
    return quote(name, safe="/") if name.startswith(_PATHS) else f"models/{quote(name, safe='')}"


def body(call: ProviderCall, *, signatures: bool = True) -> dict[str, Any]:
    request, deployment = call.request, call.deployment
    planned = plan(request, deployment.name)
    contents, system = conversation(request.messages, deployment, signatures=signatures)
    payload: dict[str, Any] = {"contents": contents}
    if system:
        payload["systemInstruction"] = {"parts": system}
    if planned.tools:
        payload["tools"] = [{"functionDeclarations": [_tool(tool) for tool in planned.tools]}]
    if planned.calling:
        payload["toolConfig"] = {"functionCallingConfig": planned.calling}
    if config := _config(call, planned):
        payload["generationConfig"] = config
    add_extras(payload, deployment, request.settings)
    return payload


def _tool(tool: ToolSpec) -> dict[str, Any]:
    declared: dict[str, Any] = {"name": tool.name, "description": tool.description}
    return {**declared, "parametersJsonSchema": tool.parameters}


def _config(call: ProviderCall, planned: Plan) -> dict[str, Any]:
    settings, thinks = call.request.settings, thinking(call.request.settings, call.deployment)
    _tell(call, thinks)
    named = {
        "temperature": settings.temperature,
        "topP": settings.top_p,
        "topK": settings.top_k,
        "maxOutputTokens": settings.max_tokens,
        "stopSequences": list(settings.stop) or None,
        "seed": settings.seed,
        "presencePenalty": settings.presence_penalty,
        "frequencyPenalty": settings.frequency_penalty,
        "responseLogprobs": True if settings.logprobs is not None else None,
        "logprobs": settings.logprobs or None,
        "thinkingConfig": thinks or None,
    }
    config: dict[str, Any] = {key: value for key, value in named.items() if value is not None}
    if planned.output is not None:
        config["responseMimeType"] = "application/json"
        if not planned.output.free:
            config["responseJsonSchema"] = planned.output.schema
    return config


def _tell(call: ProviderCall, thinks: dict[str, Any]) -> None:
    settings = call.request.settings
    sent = dict(zip(_TAKEN, _taken(settings), strict=True))
    level = thinks.get("thinkingLevel")
    budget = thinks.get("thinkingBudget")
    if level is not None:
        asked = settings.reasoning_effort or ""
        sent["reasoning_effort"] = asked if asked.upper() == level else f"level {level}"
        sent["reasoning_tokens"] = f"level {level}"
    elif budget is not None:
        sent["reasoning_effort"] = "none" if budget == 0 else f"a budget of {budget} tokens"
        sent["reasoning_tokens"] = budget
    tell_settings(call, sent)
