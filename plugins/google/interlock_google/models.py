"""What depends on the generation of the model, which only its name tells."""

import re

from interlock.errors import InvalidRequest
from interlock.types.request import Settings

VENDOR = "google"

_GENERATION = re.compile(r"gemini-(\d{1,3})(?:\D|$)")
_NEWEST = 3
_ALWAYS_THINKS = re.compile(r"\b(pro|ultra)\b")

# How many tokens an effort stands for: Google's own table for its OpenAI-compatible endpoint.
_BUDGETS = {"none": 0, "minimal": 1024, "low": 1024, "medium": 8192, "high": 24576, "xhigh": 24576}
_LEAST_BUDGET = 128
_LEVELS = {
    "none": "MINIMAL",
    "minimal": "MINIMAL",
    "low": "LOW",
    "medium": "MEDIUM",
    "high": "HIGH",
    "xhigh": "HIGH",
}


def is_third_generation(name: str) -> bool:
    """Whether the model is of Gemini 3 or later; names without a number (`gemini-flash-latest`) are.

    From there on a model is asked to think at a level, demands the signatures of its tool calls back, takes
    images in a tool's result, and a response schema together with tools.
    """
    found = _GENERATION.search(name)
    return found is None or int(found[1]) >= _NEWEST


def thinking(settings: Settings, name: str) -> dict[str, object]:
    """The vendor's thinkingConfig; empty when nothing was asked. It takes a level or a budget, never both."""
    effort, budget = settings.reasoning_effort, settings.reasoning_tokens
    if budget is not None:
        return {"thinkingBudget": budget, "includeThoughts": budget != 0}
    if effort is None:
        return {}
    if effort not in _LEVELS:
        raise InvalidRequest(f"reasoning_effort is {effort!r}; use one of {', '.join(_LEVELS)}")
    always = _ALWAYS_THINKS.search(name) is not None
    shown = {"includeThoughts": effort != "none"}
    if is_third_generation(name):
        level = _LEVELS[effort]
        return {"thinkingLevel": "LOW" if always and level == "MINIMAL" else level, **shown}
    return {"thinkingBudget": max(_BUDGETS[effort], _LEAST_BUDGET if always else 0), **shown}
