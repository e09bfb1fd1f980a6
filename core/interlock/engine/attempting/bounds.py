"""What an attempt may ask of its model at most."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from interlock.types.models import Deployment
from interlock.types.request import Request


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
