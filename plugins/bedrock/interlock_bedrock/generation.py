"""How to generate: inferenceConfig, and what goes to the model's maker past the API."""

import re
from collections.abc import Mapping
from typing import Any

from interlock.errors import InvalidRequest
from interlock.http.payload import mapping_of
from interlock.types.request import Settings
from interlock_bedrock.models import Traits

_SMALLEST_BUDGET = 1024
_BUDGETS = {"minimal": 1024, "low": 2048, "medium": 8192, "high": 16_384, "xhigh": 32_768}
_THREE_LEVELS = {"minimal": "low", "xhigh": "high"}
_NARROWEST_TOP_P = 0.95
_USER = re.compile(r"[a-zA-Z0-9\s:_@$#=/+,.-]{1,256}")


def generation(
    settings: Settings, traits: Traits, *, may_think: bool, choice: Any, max_output: int | None = None
) -> dict[str, Any]:
    """Top-level keys of the body. `choice` is the toolChoice that is asked for, if any; `max_output` is what
    the model can say at most, where that is known.
    """
    if settings.logprobs is not None:
        raise InvalidRequest("bedrock cannot take logprobs: it returns none", code="unsupported_part")
    fields = _thinking(settings, traits, max_output) if may_think else {}
    thinks = "thinking" in fields and fields["thinking"]["type"] != "disabled"
    body: dict[str, Any] = {}
    config = _sampling(settings, traits, fields, thinks=thinks)
    if config:
        body["inferenceConfig"] = config
    if effort := fields.pop("effort", None):
        body["outputConfig"] = {"effort": effort}
    if settings.parallel_tool_calls is False and traits.maker == "anthropic" and choice is not None:
        fields["tool_choice"] = {**_own_choice(choice), "disable_parallel_tool_use": True}
    if fields:
        body["additionalModelRequestFields"] = fields
    if settings.user is not None and _USER.fullmatch(settings.user):
        body["requestMetadata"] = {"user": settings.user}
    return body


def sent_settings(settings: Settings, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as they stand in the body, by our own names."""
    config = mapping_of(payload, "inferenceConfig")
    fields = mapping_of(payload, "additionalModelRequestFields")
    nova = mapping_of(fields, "reasoningConfig")
    thinking = mapping_of(fields, "thinking")
    effort = mapping_of(payload, "outputConfig").get("effort") or nova.get("maxReasoningEffort")
    effort = effort or fields.get("reasoning_effort") or fields.get("reasoning_config")
    budget = thinking.get("budget_tokens")
    if effort is None and budget is not None:
        effort = f"a budget of {budget} tokens"
    elif effort is None and thinking.get("type") == "adaptive":
        effort = "adaptive thinking"
    elif effort is None and settings.reasoning_effort == "none":
        effort = "none"
    if budget is None:
        budget = 0 if settings.reasoning_tokens == 0 and effort is None else effort and f"effort {effort}"
    top_k = fields.get("top_k", fields.get("k", mapping_of(fields, "inferenceConfig").get("topK")))
    alone = mapping_of(fields, "tool_choice").get("disable_parallel_tool_use", False)
    return {
        "temperature": config.get("temperature"),
        "top_p": config.get("topP"),
        "top_k": top_k,
        "user": mapping_of(payload, "requestMetadata").get("user"),
        "parallel_tool_calls": not alone,
        "reasoning_effort": effort,
        "reasoning_tokens": budget,
    }


def _own_choice(choice: dict[str, Any]) -> dict[str, Any]:
    kind = next(iter(choice))
    return {"type": kind, **choice[kind]}


def _thinking(settings: Settings, traits: Traits, max_output: int | None) -> dict[str, Any]:
    """The maker's fields; `effort` among them belongs into outputConfig."""
    asked, budget = settings.reasoning_effort, settings.reasoning_tokens
    if (asked is None and budget is None) or traits.thinking == "none":
        return {"effort": _effort(asked, traits)} if asked not in (None, "none") and traits.efforts else {}
    if asked is None:
        asked = "none" if budget == 0 else None
    if traits.thinking in ("nova", "reasoning_effort", "reasoning_config"):
        return _by_level(asked, traits.thinking)
    if asked == "none":
        if traits.always_thinks:
            return {"effort": "low"} if traits.efforts else {}
        return {} if traits.thinking == "budget" else {"thinking": {"type": "disabled"}}
    effort = {"effort": _effort(asked, traits)} if asked is not None and traits.efforts else {}
    if traits.thinking == "adaptive":
        return {"thinking": {"type": "adaptive", "display": "summarized"}, **effort}
    if traits.thinking == "either" and not budget:
        return {"thinking": {"type": "adaptive"}, **effort}
    tokens = max(budget or _BUDGETS.get(asked or "", _BUDGETS["medium"]), _SMALLEST_BUDGET)
    limit = max_output if settings.max_tokens is None else settings.max_tokens
    if limit is not None and tokens >= limit:
        if limit <= _SMALLEST_BUDGET:
            return effort  # there is no room to think in
        tokens = max(_SMALLEST_BUDGET, limit // 2)
    return {"thinking": {"type": "enabled", "budget_tokens": tokens}, **effort}


def _effort(asked: str | None, traits: Traits) -> str:
    level = {"minimal": "low"}.get(asked or "", asked or "")
    if level in ("xhigh", "max") and level not in traits.efforts:
        return "max" if "max" in traits.efforts else traits.efforts[-1]
    return level


def _by_level(asked: str | None, thinking: str) -> dict[str, Any]:
    """Makers that know levels, and no budget."""
    level = _THREE_LEVELS.get(asked or "", asked or "medium")
    if thinking == "nova":
        if level == "none":
            return {"reasoningConfig": {"type": "disabled"}}
        return {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": level}}
    if level == "none":
        return {"reasoning_effort": "low"} if thinking == "reasoning_effort" else {}
    return {thinking: level}


def _sampling(settings: Settings, traits: Traits, fields: dict[str, Any], *, thinks: bool) -> dict[str, Any]:
    temperature, top_p, top_k = settings.temperature, settings.top_p, settings.top_k
    limit = settings.max_tokens
    if traits.sampling == "none":
        temperature = top_p = top_k = None
    if thinks:
        temperature = top_k = None
        if top_p is not None and top_p < _NARROWEST_TOP_P:
            top_p = None
    if traits.sampling == "one" and temperature is not None:
        top_p = None
    if fields.get("reasoningConfig", {}).get("maxReasoningEffort") == "high":
        temperature = top_p = top_k = limit = None  # Nova refuses them beside its highest effort
    if top_k is not None and traits.top_k:
        _put(fields, traits.top_k.split("."), top_k)
    config = {
        "maxTokens": limit,
        "temperature": None if temperature is None else min(max(temperature, 0.0), 1.0),
        "topP": None if top_p is None else min(max(top_p, 0.0), 1.0),
        "stopSequences": [stop for stop in settings.stop if stop.strip()] or None,
    }
    return {key: value for key, value in config.items() if value is not None}


def _put(fields: dict[str, Any], path: list[str], value: Any) -> None:
    *outer, last = path
    for key in outer:
        fields = fields.setdefault(key, {})
    fields[last] = value
