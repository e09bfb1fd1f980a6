"""Settings in this dialect. What it lacks, or the model does not take, is left out and said."""

from typing import Any

from interlock.protocols import Call
from interlock.types.models import Deployment
from interlock.types.request import Settings
from interlock.types.traits import Traits
from interlock_openai.vendors import Vendor

_THOUGHTS = "reasoning.encrypted_content"
_PROBABILITIES = "message.output_text.logprobs"
# The least that OpenAI takes.
_FEWEST_TOKENS = 16
_MISSING = ("top_k", "seed", "presence_penalty", "frequency_penalty")


def put_settings(call: Call, vendor: Vendor, traits: Traits, payload: dict[str, Any]) -> list[str]:
    """Puts the settings into the payload, and returns what the answer must include."""
    settings = call.request.settings
    include = [_THOUGHTS] if _thinks(call.deployment, settings, traits) else []
    reasoning = bool(_reasoning(call, traits, payload))
    for name in ("temperature", "top_p"):
        if (value := taken(call, traits, name, reasoning=reasoning)) is not None:
            payload[name] = value
    if settings.max_tokens is not None:
        payload["max_output_tokens"] = _tokens(call, vendor, settings.max_tokens)
    if settings.user is not None and vendor.user:
        payload[vendor.user] = settings.user
    if taken(call, traits, "logprobs", reasoning=reasoning) is not None:
        include.append(_PROBABILITIES)
        payload["top_logprobs"] = settings.logprobs
    for name in _MISSING:
        if getattr(settings, name) is not None:
            call.adjust(name, "left out; there is no such setting in Responses")
    if settings.stop:
        call.adjust("stop", "the text is cut here; there is no such setting in Responses")
    return include


def _reasoning(call: Call, traits: Traits, payload: dict[str, Any]) -> bool | None:
    """Whether the model will reason; None when nobody knows."""
    effort = call.request.settings.reasoning_effort
    if call.request.settings.reasoning_tokens is not None:
        call.adjust("reasoning_tokens", "left out; Responses knows efforts alone")
    if effort is None:
        return traits.reasoning(None)
    if traits.reasons == "never":
        call.adjust("reasoning_effort", "left out; the model does not reason")
        return False
    level = traits.effort(effort)
    if level != effort:
        call.adjust("reasoning_effort", f"sent as {level}, the nearest that the model knows")
    payload["reasoning"] = {"effort": level}
    return traits.reasoning(level)


def _thinks(deployment: Deployment, settings: Settings, traits: Traits) -> bool:
    """Whether to ask for thoughts that may come back; models that are not known to have any refuse that."""
    if traits.reasons is None:
        return "reasoning" in deployment.card.capabilities or settings.reasoning_effort is not None
    return traits.reasons != "never"


def _tokens(call: Call, vendor: Vendor, asked: int) -> int:
    if asked < _FEWEST_TOKENS and vendor.name in ("openai", "azure"):
        call.adjust("max_tokens", f"sent as {_FEWEST_TOKENS}, the least that Responses takes")
        return _FEWEST_TOKENS
    return asked


def taken(call: Call, traits: Traits, name: str, *, reasoning: bool) -> Any:
    """The setting's value as the model takes it; None when there is none, or it takes none."""
    value = getattr(call.request.settings, name)
    if value is None:
        return None
    if not traits.takes(name, reasoning=reasoning):
        while_ = " while it reasons" if traits.takes(name, reasoning=False) else ""
        call.adjust(name, f"left out; the model does not take it{while_}")
        return None
    if name == "temperature" and traits.temperature is not None:
        low, high = traits.temperature
        if not low <= value <= high:
            value = min(max(value, low), high)
            call.adjust(name, f"sent as {value}, the nearest that the model takes")
    return value
