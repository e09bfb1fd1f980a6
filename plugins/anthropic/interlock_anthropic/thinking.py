"""How much to think and how to sample, as far as the model and the rest of the request allow."""

from collections.abc import Mapping
from typing import Any

from interlock.http.payload import mapping_of
from interlock.types.request import Settings
from interlock_anthropic.models import Traits

# The API wants a limit for every answer; this one fits every model that it serves.
DEFAULT_MAX_TOKENS = 8192
_SMALLEST_BUDGET = 1024
_BUDGETS = {"minimal": 1024, "low": 2048, "medium": 8192, "high": 16_384, "xhigh": 32_768, "max": 32_768}
_NARROWEST_TOP_P = 0.95


def generation(
    settings: Settings, traits: Traits, max_output: int | None, *, budget_allowed: bool
) -> dict[str, Any]:
    """max_tokens, thinking, sampling, and `effort`, which belongs into output_config.

    `budget_allowed` is False when the rest of the request forbids to think by a budget: a forced tool, or a
    conversation that resumes in the middle of a turn that began without a thought.
    """
    config, effort = _thinking(settings, traits)
    limit = settings.max_tokens or max_output or DEFAULT_MAX_TOKENS
    if config is not None and config["type"] == "enabled":
        if not budget_allowed:
            config = None
        else:
            if settings.max_tokens is None and config["budget_tokens"] >= limit:
                limit = min(config["budget_tokens"] + DEFAULT_MAX_TOKENS, max_output or 2**31)
            config = _within(config, limit)
    payload: dict[str, Any] = {"max_tokens": limit}
    if config is not None:
        payload["thinking"] = config
    thinks = config is not None and config["type"] != "disabled"
    payload.update(_sampling(settings, traits, thinks=thinks))
    if effort is not None:
        payload["effort"] = effort
    return payload


def thought_sent(settings: Settings, payload: Mapping[str, Any]) -> dict[str, Any]:
    """What became of reasoning_effort and reasoning_tokens, as they stand in the body."""
    config = mapping_of(payload, "thinking")
    kind, budget = config.get("type", "disabled"), config.get("budget_tokens")
    effort = mapping_of(payload, "output_config").get("effort")
    if effort is None and budget is not None:
        effort = f"a budget of {budget} tokens"
    elif effort is None and kind == "disabled":
        effort = settings.reasoning_effort if settings.reasoning_effort == "none" else None
    elif effort is None:
        effort = "adaptive thinking"
    if budget is None:
        budget = "adaptive thinking" if kind == "adaptive" else effort and f"effort {effort}"
    if settings.reasoning_tokens == 0 and kind == "disabled" and effort in (None, "none"):
        budget = 0
    return {"reasoning_effort": effort, "reasoning_tokens": budget}


def _thinking(settings: Settings, traits: Traits) -> tuple[dict[str, Any] | None, str | None]:
    """(the `thinking` object, the effort)."""
    asked, budget = settings.reasoning_effort, settings.reasoning_tokens
    if asked is None and budget is None:
        return None, None
    if asked == "none" or (asked is None and budget == 0):
        if traits.always_thinks:
            return None, "low"
        return ({"type": "disabled"} if traits.thinking in ("either", "adaptive") else None), None
    effort = traits.effort(asked) if asked is not None else None
    if traits.thinking == "none":
        return None, effort
    if traits.thinking == "adaptive":
        # These models hide their thoughts unless asked for a summary.
        return {"type": "adaptive", "display": "summarized"}, effort
    if traits.thinking == "either" and not budget:
        return {"type": "adaptive"}, effort
    tokens = budget or _BUDGETS.get(asked or "", _BUDGETS["medium"])
    return {"type": "enabled", "budget_tokens": max(tokens, _SMALLEST_BUDGET)}, effort


def _within(config: dict[str, Any], limit: int) -> dict[str, Any] | None:
    """Thinking counts towards the limit, and must leave something of it to the answer."""
    if config["budget_tokens"] < limit:
        return config
    if limit <= _SMALLEST_BUDGET:
        return None
    return {**config, "budget_tokens": max(_SMALLEST_BUDGET, limit // 2)}


def _sampling(settings: Settings, traits: Traits, *, thinks: bool) -> dict[str, Any]:
    if traits.sampling == "none":
        return {}
    temperature, top_p, top_k = settings.temperature, settings.top_p, settings.top_k
    if thinks:
        temperature = top_k = None
        if top_p is not None and top_p < _NARROWEST_TOP_P:
            top_p = None
    if traits.sampling == "one" and temperature is not None:
        top_p = None
    if temperature is not None:
        temperature = min(temperature, 1.0)
    given = {"temperature": temperature, "top_p": top_p, "top_k": top_k}
    return {key: value for key, value in given.items() if value is not None}
