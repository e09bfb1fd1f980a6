"""What has come of nodes so far, as whoever runs a plan knows it."""

from dataclasses import dataclass
from typing import Any, TypeAlias

__all__ = ["Done", "Failed", "Open", "Outcome"]


@dataclass(frozen=True, slots=True)
class Done:
    """It is done, for good; `value` is JSON and bytes."""

    value: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """It has failed, for good; `why` in a sentence."""

    why: str


@dataclass(frozen=True, slots=True)
class Open:
    """Neither: it is under way, or waits for a person; `why` in words."""

    why: str = ""


Outcome: TypeAlias = Done | Failed | Open
