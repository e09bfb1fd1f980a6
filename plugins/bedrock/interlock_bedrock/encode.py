"""A request in this dialect."""

from typing import Any
from urllib.parse import quote

from interlock.errors import InvalidRequest
from interlock.http import HttpRequest
from interlock.http.payload import add_extras, json_body
from interlock.http.settings import settings_for, tell_settings
from interlock.protocols import ProviderCall
from interlock.types.models import Deployment
from interlock.types.request import Request
from interlock_bedrock.generation import generation, sent_settings
from interlock_bedrock.messages import encode_conversation
from interlock_bedrock.models import Traits, traits_of
from interlock_bedrock.places import strays
from interlock_bedrock.tools import plan

EVENTS = "application/vnd.amazon.eventstream"


# How Claude is told to answer without the thoughts that no longer fit what stands before them.
_DROPPING = {"block_binding": {"prefix_mismatch_behavior": "drop_block"}}
_BINDING_BETA = "thinking-binding-controls-2026-08-01"


def encode(call: ProviderCall, *, stream: bool, dropping: bool = False) -> HttpRequest:
    """The request, unsigned; a key among the deployment's facts is its authorization.

    `dropping` asks for an answer without the thoughts that no longer fit what stands before them.

    Raises InvalidRequest for a deployment whose model or address lies outside its region.
    """
    deployment = call.deployment
    why = strays(deployment)
    if why is not None:
        raise InvalidRequest(f"{deployment.id} is not asked: {why}", code="outside_region")
    headers = {"content-type": "application/json", "accept": EVENTS if stream else "application/json"}
    secret = deployment.credential.secret
    if secret is not None:
        headers["authorization"] = f"Bearer {secret.reveal()}"
    payload = body(call.request, deployment, dropping=dropping)
    tell_settings(call, sent_settings(settings_for(call.request.settings, deployment), payload))
    data = json_body(payload)
    return HttpRequest(url=url(deployment, stream=stream), body=data, headers=headers)


def url(deployment: Deployment, *, stream: bool) -> str:
    """In the form that no URL library rewrites on the way: what is signed must be what is sent."""
    verb = "converse-stream" if stream else "converse"
    return f"{deployment.base_url.rstrip('/')}/model/{quote(deployment.name, safe=':')}/{verb}"


def body(request: Request, deployment: Deployment, *, dropping: bool = False) -> dict[str, Any]:
    settings = settings_for(request.settings, deployment)
    traits = traits_of(deployment)
    planned = plan(request, traits)
    asks = dropping and traits.checks
    messages, system = encode_conversation(
        request.messages, deployment, planned.words, thoughts=asks or not dropping
    )
    payload: dict[str, Any] = {"messages": messages}
    if system:
        payload["system"] = system
    config = planned.config
    choice = None if config is None else config.get("toolChoice", {"auto": {}})
    may_think = not planned.forced and (traits.maker != "anthropic" or _may_think(messages, traits))
    most = deployment.card.max_output
    payload.update(generation(settings, traits, may_think=may_think, choice=choice, max_output=most))
    if asks:
        fields = payload.setdefault("additionalModelRequestFields", {})
        fields["thinking"] = {"type": "adaptive", **fields.get("thinking", {}), **_DROPPING}
        fields["anthropic_beta"] = [_BINDING_BETA]
    if config is not None:
        if "tool_choice" in payload.get("additionalModelRequestFields", {}):
            config = {key: value for key, value in config.items() if key != "toolChoice"}  # said there
        payload["toolConfig"] = config
    if planned.format is not None:
        payload.setdefault("outputConfig", {})["textFormat"] = planned.format
    add_extras(payload, deployment, request.settings)
    return payload


def _may_think(messages: list[dict[str, Any]], traits: Traits) -> bool:
    """Claude resumes a turn of tool calls as it began: one without a thought takes no budget to think."""
    if traits.thinking not in ("budget", "either"):
        return True
    for message in reversed(messages):
        if message["role"] == "assistant":
            blocks = message["content"]
            return "reasoningContent" in blocks[0] or not any("toolUse" in block for block in blocks)
        if not any("toolResult" in block for block in message["content"]):
            return True
    return True
