"""An ensemble as one request meets it: who of its members may be asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from interlock.types.decisions import Candidate
from interlock.types.request import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A member's place on a panel.

    Attributes:
        label: A, B, … in the order of the ensemble's members.
        member: as the configuration names it.
        weight: how much the configuration has it count, 1 where it says nothing.
        candidates: who of the request's shortlist may answer for it, best first; empty when nobody may.
        excluded: the rule that excludes each of its other deployments, in words.
    """

    label: str
    member: str
    candidates: tuple[Candidate, ...]
    excluded: Mapping[str, str] = field(default_factory=dict)
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The members that a request asks for by its `ensemble`.

    Attributes:
        ensemble: its name.
        seats: one for each member, those included that may not be asked.
        quorum: how many have to answer.
        deadline: seconds that they have, from when they are asked.
        settings: labels to what a member is asked with, where that differs from the request.
    """

    ensemble: str
    seats: tuple[Seat, ...]
    quorum: int
    deadline: float
    settings: Mapping[str, Settings] = field(default_factory=dict)
