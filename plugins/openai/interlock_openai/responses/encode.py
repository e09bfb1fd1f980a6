"""A request in this dialect."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from interlock.http import HttpRequest
from interlock.http.payload import add_extras, json_body
from interlock.protocols import Call
from interlock.types.models import Deployment
from interlock.types.request import Output
from interlock.types.traits import Traits
from interlock_openai.encode import headers, tools_of
from interlock_openai.responses.endpoint import knows_phases
from interlock_openai.responses.items import encode_items
from interlock_openai.responses.settings import put_settings
from interlock_openai.schema import in_words, response_format
from interlock_openai.vendors import Vendor


def encode(call: Call, vendor: Vendor, traits: Traits, *, stream: bool) -> HttpRequest:
    payload = body(call, vendor, traits, stream=stream)
    return HttpRequest(
        url=url(call.deployment, vendor), body=json_body(payload), headers=headers(call.deployment, vendor)
    )


def url(deployment: Deployment, vendor: Vendor) -> str:
    """Azure has this dialect below its v1 path, whatever version of the classic one base_url names."""
    root = deployment.base_url.rstrip("/")
    if not vendor.azure:
        return f"{root}/responses"
    parts = urlsplit(root)
    path = parts.path.rstrip("/")
    query = parts.query
    if not path.endswith("/v1"):
        path, query = f"{path.partition('/openai')[0]}/openai/v1", ""
    return urlunsplit((parts.scheme, parts.netloc, f"{path}/responses", query, ""))


def body(call: Call, vendor: Vendor, traits: Traits, *, stream: bool) -> dict[str, Any]:
    request, deployment = call.request, call.deployment
    words: list[str] = []
    payload: dict[str, Any] = {"model": deployment.name, "store": False}
    tools = _flat(tools_of(request, vendor, words))
    if isinstance(request.output, Output):
        _output(request.output, vendor, payload, words, tools="tools" in tools)
    payload.update(tools)
    include = put_settings(call, vendor, traits, payload)
    own = dict(payload)
    add_extras(payload, deployment, request.settings)
    _keep(own, payload, deployment)
    phases, stored = knows_phases(deployment), payload["store"] is not False
    items, system = encode_items(request.messages, vendor, deployment, phases=phases, stored=stored)
    if system or words:
        payload.setdefault("instructions", "\n\n".join([*system, *words]))
    payload["input"] = items
    if include:
        payload["include"] = list(dict.fromkeys([*include, *payload.get("include", ())]))
    payload["stream"] = stream
    return payload


def _keep(own: dict[str, Any], payload: dict[str, Any], deployment: Deployment) -> None:
    """What the operator adds to reasoning and text stands beside the request's effort and schema."""
    for key in ("reasoning", "text"):
        if key in own and isinstance(deployment.extra_body.get(key), Mapping):
            payload[key] = {**own[key], **payload[key]}


def _output(
    output: Output, vendor: Vendor, payload: dict[str, Any], words: list[str], *, tools: bool
) -> None:
    if not tools or vendor.output_with_tools:
        form = response_format(output, mode=vendor.output, strict=vendor.strict)
        payload["text"] = {"format": {"type": form["type"], **form.get("json_schema", {})}}
    if vendor.output == "json_object":
        words.append(in_words(output))


def _flat(encoded: dict[str, Any]) -> dict[str, Any]:
    """Tools and their choice as chat completions have them, without the level between.

    `strict` is always said: left out, it means yes here, and no in chat completions.
    """
    flat = dict(encoded)
    if "tools" in flat:
        flat["tools"] = [
            {"type": "function", "strict": False, **tool["function"]} for tool in encoded["tools"]
        ]
    choice = flat.get("tool_choice")
    if isinstance(choice, dict):
        flat["tool_choice"] = {"type": "function", **choice["function"]}
    return flat
