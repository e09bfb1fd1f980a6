"""Settings in this dialect. What the vendor or the model does not take is left out, and said."""

from operator import attrgetter
from typing import Any

from interlock.protocols import ProviderCall
from interlock_openai.media import refused
from interlock_openai.plan import Plan
from interlock_openai.vendors import Vendor

_NAMES = (
    *("temperature", "top_p", "top_k", "max_tokens"),
    *("presence_penalty", "frequency_penalty", "seed", "user"),
)
_given = attrgetter(*_NAMES)


def put_settings(call: ProviderCall, vendor: Vendor, plan: Plan, payload: dict[str, Any]) -> None:
    settings = call.request.settings
    for name, given in zip(_NAMES, _given(settings), strict=True):
        if given is not None:
            key = _key(vendor, name)
            if (value := taken(call, plan, name, key, given)) is not None:
                payload[str(key)] = value
    if "tools" in payload and settings.parallel_tool_calls is not None:
        key = "parallel_tool_calls" if vendor.parallel else None
        if taken(call, plan, "parallel_tool_calls", key, settings.parallel_tool_calls) is None:
            payload.pop("parallel_tool_calls", None)
    if settings.stop:
        _check_stop(settings.stop, vendor, plan)
        payload["stop"] = list(settings.stop)
    if settings.logprobs is not None:
        check_logprobs(vendor, plan)
        payload["logprobs"] = True
        if settings.logprobs:
            payload["top_logprobs"] = settings.logprobs
    if plan.effort is not None or plan.budget is not None:
        payload.update(_reasoning(vendor, plan))


def _key(vendor: Vendor, name: str) -> str | None:
    """What the vendor calls a setting; None where it has none."""
    if name in ("max_tokens", "seed", "user"):
        key: str | None = getattr(vendor, name)
        return key
    has = vendor.top_k if name == "top_k" else vendor.penalties or not name.endswith("_penalty")
    return name if has else None


def taken(call: ProviderCall, plan: Plan, name: str, key: str | None, value: Any) -> Any:
    """The setting's value as it is sent; None when the vendor or the model does not take it."""
    if key is None:
        call.adjust(name, "left out; the vendor has no such setting")
        return None
    traits = plan.traits
    if name != "max_tokens" and not traits.takes(name, reasoning=bool(plan.reasoning)):
        at_times = " while it reasons" if traits.takes(name, reasoning=False) else ""
        call.adjust(name, f"left out; the model does not take it{at_times}")
        return None
    if name == "temperature" and traits.temperature is not None:
        low, high = traits.temperature
        if not low <= value <= high:
            value = low if value < low else high
            call.adjust(name, f"sent as {value:g}; the model takes {low:g} to {high:g}")
    return value


def _check_stop(stop: tuple[str, ...], vendor: Vendor, plan: Plan) -> None:
    """Where an answer ends is part of its meaning: it is never left out. Raises InvalidRequest."""
    if not plan.traits.takes("stop", reasoning=bool(plan.reasoning)):
        raise refused(vendor, "stop", "the model takes none")
    if vendor.stops is not None and len(stop) > vendor.stops:
        raise refused(vendor, f"{len(stop)} stop sequences", f"it takes at most {vendor.stops}")


def check_logprobs(vendor: Vendor, plan: Plan) -> None:
    """What the caller wants to read in the answer is never left out. Raises InvalidRequest."""
    if not vendor.logprobs:
        raise refused(vendor, "logprobs", "it returns none")
    if not plan.traits.takes("logprobs", reasoning=bool(plan.reasoning)):
        at_times = " while it reasons" if plan.traits.takes("logprobs", reasoning=False) else ""
        raise refused(vendor, "logprobs", f"the model returns none{at_times}")


def _reasoning(vendor: Vendor, plan: Plan) -> dict[str, Any]:
    level, budget = plan.effort, plan.budget
    if vendor.ask == "reasoning":
        return {"reasoning": {"max_tokens": budget} if budget is not None else {"effort": level}}
    if vendor.ask == "enable_thinking":
        asked: dict[str, Any] = {"enable_thinking": level != "none"}
        if budget is not None and level != "none":
            asked["thinking_budget"] = budget
        return asked
    if vendor.ask == "thinking":
        if level == "none":
            return {"thinking": {"type": "disabled"}}
        return {"thinking": {"type": "enabled"}, "reasoning_effort": level}
    if vendor.ask == "template":
        return {"chat_template_kwargs": {"enable_thinking": level != "none", "reasoning_effort": level}}
    return {"reasoning_effort": level} if vendor.ask == "reasoning_effort" else {}
