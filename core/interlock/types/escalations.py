"""What became of a cascade's steps in one call. No prompt and no answer: it stands in the record."""

from dataclasses import dataclass, replace
from typing import Literal

StepOutcome = Literal["accepted", "escalated", "failed", "last", "handed_over", "unasked"]
Bound = Literal["max_cost", "max_steps"]
SignalName = Literal["schema", "agreement", "logprobs", "verifier"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFacts:
    """One step of a cascade, and what became of it.

    Attributes:
        number: its place among the cascade's steps, from 1. Attempts have it as their `member`.
        name: as the configuration names it: a model or a deployment.
        deployment: which one answered for it, or was the last to fail; None where none was asked to the end.
        outcome: `accepted` satisfied the signal; `escalated` did not; `failed` has no answer; `last` is asked
            without a signal, and its answer is the call's; `handed_over` was rejected and is the call's
            answer all the same, as `rejected: hand_over` wants it; `unasked` was not begun.
        signal: what its answer was judged by; None where it was not.
        value: what the signal came to, from 0 to 1; None where it came to nothing.
        threshold: what the value had to reach.
        why: what an answer lacked, the kind of an error, or what kept a step from being asked, in words.
    """

    number: int
    name: str
    deployment: str | None = None
    outcome: StepOutcome = "unasked"
    signal: SignalName | None = None
    value: float | None = None
    threshold: float | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeFacts:
    """How a cascade went.

    Attributes:
        cascade: its name in the configuration: a task, or `default`.
        signal: what its answers are judged by.
        steps: every one, in the cascade's order.
        calibrated: the threshold, and that the signal is worth having, were measured for these steps.
        bound: `max_cost` or `max_steps`, where it kept a step from being asked.
    """

    cascade: str
    signal: SignalName
    steps: tuple[StepFacts, ...] = ()
    calibrated: bool = False
    bound: Bound | None = None

    def ended(self, deployment: str | None) -> "CascadeFacts":
        """The same once the call has: nobody tells a last step whose answer it was, or that there is none."""
        outcome: StepOutcome = "failed" if deployment is None else "last"
        return replace(
            self,
            steps=tuple(
                replace(each, deployment=deployment, outcome=outcome) if each.outcome == "last" else each
                for each in self.steps
            ),
        )

    @property
    def accepted(self) -> bool:
        """Whether some answer satisfied the signal, or came from the last step; False of one that was handed
        over though it was rejected.
        """
        return any(each.outcome in ("accepted", "last") for each in self.steps)

    @property
    def escalated(self) -> int:
        """How many steps had an answer that was not enough, or none."""
        return sum(each.outcome in ("escalated", "failed", "handed_over") for each in self.steps)
