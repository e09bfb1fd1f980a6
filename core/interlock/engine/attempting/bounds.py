"""What an attempt may ask of its model at most."""

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from interlock.types.models import Deployment
from interlock.types.request import Request, Settings


def bounded(request: Request, deployment: Deployment) -> tuple[Request, tuple[str, ...]]:
    """The request without asking for more than the card's `max_output`, and the settings that were lowered.

    A model's thoughts are part of its output: where they alone would fill it, they get half.
    """
    most = deployment.card.max_output
    if most is None:
        return request, ()
    lower: dict[str, Any] = dict(_lower(request, most))
    if not lower:
        return request, ()
    return replace(request, settings=replace(request.settings, **lower)), tuple(lower)


def _lower(request: Request, most: int) -> Iterator[tuple[str, int]]:
    settings = request.settings
    if settings.max_tokens is not None and settings.max_tokens > most:
        yield "max_tokens", most
    if settings.reasoning_tokens is not None and settings.reasoning_tokens >= most:
        yield "reasoning_tokens", most // 2


def overlaid(settings: Settings, own: Settings) -> Settings:
    """Settings of a request, with those of a panel's member in their place where it has any."""
    given = ((each.name, getattr(own, each.name)) for each in fields(Settings))
    return replace(settings, **{name: value for name, value in given if value not in (None, (), {})})
