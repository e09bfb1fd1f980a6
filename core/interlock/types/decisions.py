"""Why a request goes where it goes, and what is tried."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from interlock.errors import ProviderError
from interlock.errors.exclusions import by_rule
from interlock.types.facts import Facts
from interlock.types.frozen import quick_init
from interlock.types.panels import PanelMember
from interlock.types.response import Answer

Reason = Literal[
    "primary_optimal",
    "explicit",
    "demand",
    "fallback_high_error_rate",
    "fallback_unavailable",
    "fallback_excluded",
]
Treatment = Literal["as_is", "sealed"]
"""How a request may reach a deployment: as the caller gave it, or as guardrails that rewrite leave it."""

AttemptRole = Literal["answer", "member", "arbiter", "hedge", "classifier", "guardrail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """What a classifier thinks. `confidence` is 0 to 1; `evidence` names what it saw, strongest first."""

    task: str
    confidence: float
    evidence: tuple[str, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A deployment that may be used, and how the request may reach it; `reasons` say in words why it stands
    where it stands.
    """

    deployment: str
    model: str
    region: str
    reasons: tuple[str, ...] = ()
    treatment: Treatment = "as_is"


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Where a request may go.

    Attributes:
        confidence: 0 to 1; 1 when the caller named the task.
        evidence: what the classifier saw, strongest first.
        stage: which classifier spoke, or `explicit`, `default`.
        shortlist: what may be used, best first; empty when nothing may.
        excluded: deployment id -> the rule that excluded it, in words.
        input_tokens: our estimate of the request's length.
        facts: what it takes to make the decision again; None in records of before it was kept.
        levels: the levels of sensitivity that the request has, each with the reason why; none where no policy
            applies. A reason names the kinds that guardrails found, and never what they found.
    """

    task: str
    confidence: float
    reason: Reason
    evidence: tuple[str, ...] = ()
    stage: str = "default"
    shortlist: tuple[Candidate, ...] = ()
    excluded: Mapping[str, str] = field(default_factory=dict)
    input_tokens: int = 0
    facts: Facts | None = None
    levels: Mapping[str, str] = field(default_factory=dict)

    @property
    def rules(self) -> dict[str, tuple[str, ...]]:
        """Each rule in words that excluded any, to whom it did, what concerns the fewest first."""
        return by_rule(self.excluded)

    def treatment(self, deployment: str) -> Treatment:
        """How the request may reach a deployment; sealed, where the shortlist does not hold it."""
        for each in self.shortlist:
            if each.deployment == deployment:
                return each.treatment
        return "sealed"


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try that a strategy asks for, after waiting `delay` seconds.

    `repair` asks the same deployment to mend the structured output that it got wrong in the attempt before.
    `member` is the label of the panel's member that is asked, or the number of the cascade's step.
    `confidence` asks for the probabilities of the answer's tokens, where the vendor gives them.
    """

    deployment: str
    delay: float = 0.0
    repair: bool = False
    role: AttemptRole = "answer"
    member: str | None = None
    confidence: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """Several tries at once, each after its own delay; all at once when those before it have failed.

    Attributes:
        first: the first success wins, and the others are cancelled. In a stream, a first token is a success.
            Otherwise all are awaited, and a stream's answers come whole.
        admit: asked, with what has failed so far, before each attempt that did not begin with the race;
            False leaves the attempt out.
        ends: told of each failure; True ends the race, and the others are cancelled.
        deadline: seconds from its beginning, for races whose attempts are all awaited: whoever has not ended
            by then is cancelled.
        instead: for the same races: told of each failure, and says what is tried in its place, if anything.
    """

    attempts: tuple[Attempt, ...]
    first: bool = True
    admit: "Callable[[Attempt, tuple[Outcome, ...]], bool] | None" = field(default=None, compare=False)
    ends: "Callable[[Outcome], bool] | None" = field(default=None, compare=False)
    deadline: float | None = None
    instead: "Callable[[Outcome], Attempt | None] | None" = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if not self.attempts:
            raise ValueError("a race needs attempts")


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an attempt ended: with an answer or with an error.

    Attributes:
        parsed: the answer's structured output, when the request asked for one.
        outcomes: of a race that nobody has won, how each of its attempts ended, in the race's order. Those
            that were left out, and those that were cancelled because the race was over, are not among them.
            Its own `attempt` is the one that ended last, and `error` that one's, unless another has answered
            or none has ended.
        checked: of a `Check`, how sure the verifier is of the answer, from 0 to 1; None where it cannot say.
        flags: what else it noticed, as words without blanks.
    """

    attempt: Attempt
    answer: Answer | None = None
    error: ProviderError | None = None
    parsed: Any = None
    outcomes: "tuple[Outcome, ...]" = ()
    checked: float | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Asks a cascade's verifier how sure one may be of an answer. It is sent an Outcome without an answer,
    whose `checked` says so.
    """

    outcome: Outcome

    def __post_init__(self) -> None:
        if self.outcome.answer is None:
            raise ValueError("a check needs an answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arbitration:
    """Asks for one answer out of those of a panel, which is then the call's.

    Attributes:
        outcomes: those that count, in the order of the members; a single one is handed over as it is.
        members: what became of each member.
        others: answers that do not count, for the caller to see.
    """

    outcomes: tuple[Outcome, ...]
    members: tuple[PanelMember, ...] = ()
    others: tuple[Outcome, ...] = ()

    def __post_init__(self) -> None:
        if not self.outcomes or any(each.answer is None for each in self.outcomes):
            raise ValueError("an arbitration needs answers")
