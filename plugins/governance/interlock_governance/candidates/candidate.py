"""Candidate and CaseCandidates: which deployments would serve a use case, and what that would change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from interlock.types.models import Price
from interlock_governance.candidates.current import Current
from interlock_governance.candidates.figures import Range
from interlock_governance.candidates.scores import ComparedScore
from interlock_governance.candidates.verdicts import Classified
from interlock_governance.use_cases import UseCase


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A deployment that the rules let have a use case's requests.

    Attributes:
        verdict: as they are, or only sealed; `why` is the rule, where it is sealed.
        lacks: why it could not serve right now, such as a missing key; empty when it could.
        routed: its place in the task's route, 1 being the first; None where the route does not name it.
        own_ground: nobody asks for a price, and what its hardware and its keeping cost is in no catalog.
        price: what it is taken to cost, with source and date; None where nobody knows, or on your own ground.
        month: US dollars a month.
        saving_month: US dollars saved a month; below zero, what it costs more.
        saving_thousand: US dollars saved by a thousand requests.
        saving_share: which part of the cost is saved, 1 being all of it.
        context_window: tokens, input and output together.
        scores: published results for the task, in percent.
        gains: what would be better, in words.
        losses: what would be worse, in words.
    """

    deployment: str
    model: str
    region: str
    verdict: Literal["allowed", "sealed"]
    why: str = ""
    lacks: str = ""
    routed: int | None = None
    own_ground: bool = False
    price: Price | None = None
    month: Range | None = None
    saving_month: Range | None = None
    saving_thousand: float | None = None
    saving_share: Range | None = None
    context_window: int | None = None
    scores: tuple[ComparedScore, ...] = ()
    gains: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()

    @property
    def saves(self) -> bool:
        """Whether it surely costs less than what serves now."""
        return self.saving_share is not None and self.saving_share.low > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCandidates:
    """A use case, its candidates, best first, and what stands in the way.

    Attributes:
        skipped: why no candidates were looked for, in words; empty when they were.
        current_verdicts: deployment of the current model -> the rule that denies it, or nothing.
        month: US dollars that the current model costs a month.
        denied: deployment -> the rule in words.
        unchecked: whether no policy knows its sensitivity, so that what is allowed is not known to be.
        gaps: what is unknown, and what cannot be said for want of it.
        notes: what was assumed.
    """

    use_case: UseCase
    classified: Classified | None = None
    skipped: str = ""
    current: Current | None = None
    current_verdicts: Mapping[str, str] = field(default_factory=dict)
    month: Range | None = None
    candidates: tuple[Candidate, ...] = ()
    denied: Mapping[str, str] = field(default_factory=dict)
    unchecked: bool = False
    gaps: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def best(self) -> Candidate | None:
        """The first of the candidates."""
        return self.candidates[0] if self.candidates else None

    @property
    def unlawful(self) -> bool:
        """Whether the rules deny every deployment that serves it now."""
        return bool(self.current_verdicts) and all(self.current_verdicts.values())
