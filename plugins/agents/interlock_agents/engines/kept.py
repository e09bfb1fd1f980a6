"""What the journal has of a run, once it is read."""

from collections.abc import Mapping
from dataclasses import dataclass

from interlock_agents.engines.outcomes import Outcome

Position = tuple[str, int]
"""The path of a strand, and the number of a step in it, from 0 on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptStep:
    name: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept of a run: steps by strand and number, and how strands have ended."""

    steps: Mapping[Position, KeptStep]
    ended: Mapping[str, Outcome]
