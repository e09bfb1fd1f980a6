"""Settings in this dialect. What it lacks, or the model does not take, is left out and said."""

from operator import attrgetter
from typing import Any

from interlock.protocols import ProviderCall
from interlock_openai.plan import Plan
from interlock_openai.settings import check_logprobs, taken
from interlock_openai.vendors import Vendor

_THOUGHTS = "reasoning.encrypted_content"
_PROBABILITIES = "message.output_text.logprobs"
# The least that OpenAI takes.
_FEWEST_TOKENS = 16
_MISSING = ("top_k", "seed", "presence_penalty", "frequency_penalty")
_NAMES = ("temperature", "top_p", "user", *_MISSING)
_given = attrgetter(*_NAMES)


def put_settings(
    call: ProviderCall, vendor: Vendor, plan: Plan, payload: dict[str, Any], *, asking: bool
) -> list[str]:
    """Puts the settings into the payload, and returns what the answer must include; with `asking`, thoughts
    that may come back.
    """
    settings = call.request.settings
    include = [_THOUGHTS] if asking and _thinks(call, plan) else []
    for name, given in zip(_NAMES, _given(settings), strict=True):
        if given is not None:
            key = vendor.user if name == "user" else None if name in _MISSING else name
            if (value := taken(call, plan, name, key, given)) is not None:
                payload[str(key)] = value
    alone = payload.get("parallel_tool_calls")
    if alone is not None and taken(call, plan, "parallel_tool_calls", "", alone) is None:
        del payload["parallel_tool_calls"]
    if settings.max_tokens is not None:
        payload["max_output_tokens"] = _tokens(call, vendor, settings.max_tokens)
    if settings.logprobs is not None:
        check_logprobs(vendor, plan)
        include.append(_PROBABILITIES)
        payload["top_logprobs"] = settings.logprobs
    if plan.effort is not None:
        payload["reasoning"] = {"effort": plan.effort}
    if settings.stop:
        call.adjust("stop", "the text is cut here; the vendor has no such setting")
    return include


def _thinks(call: ProviderCall, plan: Plan) -> bool:
    """Whether to ask for thoughts that may come back; models that are not known to have any refuse that."""
    if plan.traits.reasons is None:
        return "reasoning" in call.deployment.card.capabilities or plan.effort is not None
    return plan.traits.reasons != "never"


def _tokens(call: ProviderCall, vendor: Vendor, asked: int) -> int:
    if asked < _FEWEST_TOKENS and vendor.name in ("openai", "azure"):
        call.adjust("max_tokens", f"sent as {_FEWEST_TOKENS}, the least that the vendor takes")
        return _FEWEST_TOKENS
    return asked
