"""A request in this dialect."""

from collections.abc import Mapping
from typing import Any

from interlock.http import HttpRequest
from interlock.http.payload import add_extras
from interlock.http.verbatim import body_of
from interlock.protocols import ProviderCall
from interlock.types.models import Deployment
from interlock_openai import azure
from interlock_openai.encode import format_of, headers, tools_of
from interlock_openai.plan import plan_of
from interlock_openai.responses.endpoint import knows_phases
from interlock_openai.responses.items import Writer
from interlock_openai.responses.settings import put_settings
from interlock_openai.vendors import Vendor


def encode(
    call: ProviderCall, vendor: Vendor, *, stream: bool, past: bool = True, asking: bool = True
) -> HttpRequest:
    """`past`: with the thoughts of past turns. `asking`: for thoughts that may go back in the next."""
    payload = body(call, vendor, stream=stream, past=past, asking=asking)
    return HttpRequest(
        url=url(call.deployment, vendor),
        body=body_of(payload, call.request.verbatim, "responses"),
        headers=headers(call.deployment, vendor),
    )


def url(deployment: Deployment, vendor: Vendor) -> str:
    """Azure has this dialect at its v1 endpoint alone."""
    root = deployment.base_url.rstrip("/")
    return azure.v1(root, "responses") if vendor.azure else f"{root}/responses"


def body(call: ProviderCall, vendor: Vendor, *, stream: bool, past: bool, asking: bool) -> dict[str, Any]:
    request, deployment = call.request, call.deployment
    plan = plan_of(call, vendor, stream=stream, endpoint="responses")
    for what, how in plan.adjusted:
        call.adjust(what, how)
    stored = deployment.extra_body.get("store", False) is not False
    writer = Writer(vendor, deployment, phases=knows_phases(deployment), stored=stored, thoughts=past)
    items, words = writer.write(request.messages)
    payload: dict[str, Any] = {"model": deployment.name, "store": False, "input": items}
    if request.tools or request.tool_choice is not None:
        payload.update(_flat(tools_of(request, vendor, words, forced=plan.forced)))
    asked: list[str] = []
    if form := format_of(request, vendor, plan, asked):
        payload["text"] = {"format": {"type": form["type"], **form.get("json_schema", {})}}
    if form and form["type"] == "json_object":  # which wants the word JSON among the items
        items[:0] = [{"role": "system", "content": text} for text in asked]
    else:
        words += asked
    if words:
        payload["instructions"] = "\n\n".join(words)
    include = put_settings(call, vendor, plan, payload, asking=asking)
    if deployment.extra_body or request.settings.extra:
        own = dict(payload)
        add_extras(payload, deployment, request.settings)
        _keep(own, payload, deployment)
    wanted = payload.get("include", ())
    if include and isinstance(wanted, (list, tuple)):
        payload["include"] = list(dict.fromkeys([*include, *wanted]))
    payload["stream"] = stream
    return payload


def _keep(own: dict[str, Any], payload: dict[str, Any], deployment: Deployment) -> None:
    """What the operator adds to reasoning and text stands beside the request's effort and schema."""
    for key in ("reasoning", "text"):
        if key in own and isinstance(deployment.extra_body.get(key), Mapping):
            payload[key] = {**own[key], **payload[key]}


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
