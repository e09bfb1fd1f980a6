"""What an attempt may ask of its model at most."""

from dataclasses import fields, replace
from typing import Any

from interlock.types.models import Deployment
from interlock.types.request import Request, Settings


def bounded(request: Request, deployment: Deployment) -> tuple[Request, tuple[str, ...]]:
    """The request without asking for more than the card's `max_output`, and the settings that were lowered.

    A model's thoughts are part of its output: where they alone would fill it, they get half.
    """
    most, settings = deployment.card.max_output, request.settings
    lower: dict[str, Any] = {}
    if most is not None:
        if settings.max_tokens is not None and settings.max_tokens > most:
            lower["max_tokens"] = most
        if settings.reasoning_tokens is not None and settings.reasoning_tokens >= most:
            lower["reasoning_tokens"] = most // 2
    if not lower:
        return request, ()
    return replace(request, settings=replace(settings, **lower)), tuple(lower)


def overlaid(settings: Settings, own: Settings) -> Settings:
    """Settings of a request, with those of a panel's member in their place where it has any."""
    given = ((each.name, getattr(own, each.name)) for each in fields(Settings))
    return replace(settings, **{name: value for name, value in given if value not in (None, (), {})})
