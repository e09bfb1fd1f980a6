"""What depends on the generation of the model, which only its name tells."""

import re
from functools import lru_cache
from typing import Any

from interlock.errors import InvalidRequest
from interlock.types.models import Deployment, traits_of
from interlock.types.request import Settings
from interlock.types.traits import UNKNOWN, Traits

VENDOR = "google"

_GENERATION = re.compile(r"gemini-(\d{1,3})(?:\.(\d{1,2}))?(?:\D|$)")
_NEWEST = (3, 0)
_FIRST_THAT_THINKS = (2, 5)
_ALWAYS_THINKS = re.compile(r"\b(pro|ultra)\b")

# How many tokens an effort stands for: Google's own table for its OpenAI-compatible endpoint.
_BUDGETS = {"none": 0, "minimal": 1024, "low": 1024, "medium": 8192, "high": 24576, "xhigh": 24576}
_BUDGETS["max"] = _BUDGETS["xhigh"]
_LEAST_BUDGET = 128
_LEVELS = {
    "none": "MINIMAL",
    "minimal": "MINIMAL",
    "low": "LOW",
    "medium": "MEDIUM",
    "high": "HIGH",
    "xhigh": "HIGH",
    "max": "HIGH",
}


def is_third_generation(name: str) -> bool:
    """Whether the model is of Gemini 3 or later; names without a number (`gemini-flash-latest`) are.

    From there on a model is asked to think at a level, demands the signatures of its tool calls back, takes
    images in a tool's result, and a response schema together with tools.
    """
    version = _version(name)
    return version is None or version >= _NEWEST


def family_of(name: str) -> Traits:
    """What the name tells: whether the model thinks, and whether that can be switched off."""
    if "gemini" not in name:
        return UNKNOWN
    version = _version(name)
    if version is not None and version < _FIRST_THAT_THINKS:
        return Traits(reasons="never")
    return Traits(reasons="always" if _ALWAYS_THINKS.search(name) else "unasked")


def thinking(settings: Settings, deployment: Deployment) -> dict[str, Any]:
    """The vendor's thinkingConfig; empty when nothing was asked, or the model does not think.

    It is a level from Gemini 3 on and a number of tokens before; thoughts count towards max_tokens, and a
    budget leaves the answer half of them.
    """
    effort, budget = settings.reasoning_effort, settings.reasoning_tokens
    if effort is not None and effort not in _LEVELS:
        raise InvalidRequest(f"reasoning_effort is {effort!r}; use one of {', '.join(_LEVELS)}")
    if effort is None and budget is None:
        return {}
    traits = traits_of(deployment, family_of(deployment.name))
    if traits.reasons == "never":
        return {}
    always = traits.reasons == "always"
    shown = {"includeThoughts": budget != 0 if budget is not None else effort != "none"}
    if is_third_generation(deployment.name):
        asked = effort or _effort_of(budget or 0)
        level = _LEVELS[traits.effort(asked)]
        return {"thinkingLevel": "LOW" if always and level == "MINIMAL" else level, **shown}
    tokens = budget if budget is not None else _BUDGETS[effort or "medium"]
    limit = deployment.card.max_output if settings.max_tokens is None else settings.max_tokens
    if limit is not None and tokens >= limit:
        tokens = limit // 2
    return {"thinkingBudget": max(tokens, _LEAST_BUDGET if always else 0), **shown}


def _effort_of(budget: int) -> str:
    """The least effort that stands for so many tokens."""
    enough = (effort for effort in ("none", "low", "medium") if budget <= _BUDGETS[effort])
    return next(enough, "high")


@lru_cache(maxsize=256)
def _version(name: str) -> tuple[int, int] | None:
    found = _GENERATION.search(name)
    return None if found is None else (int(found[1]), int(found[2] or 0))
