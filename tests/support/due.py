"""A run that is due, and how often its effect is there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Case:
    """One run.

    Attributes:
        shows: how many times its effect is there.
    """

    arguments: Mapping[str, Any]
    shows: Callable[[], int]
