"""Attempts: what each model made of each task, in a world of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

MAX_TOKENS: Final = 4096
OUT_OF_STEPS: Final = "out_of_steps"
"""How an attempt has ended that wanted more calls than its task allows."""
Outcome = Literal["complete", "incomplete", "unmeasured"]
"""`complete`: everything was as the task wants it. `unmeasured`: it says nothing about the model, whose key,
quota or service failed, or whose world could not be had.
"""


class AttemptKey(NamedTuple):
    """Names one attempt: `repeat` counts from 0."""

    task: str
    model: str
    repeat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRun:
    """What is attempted.

    Attributes:
        suite: its name, and `digest` of its tasks.
        tasks: the ids of those that are attempted.
        configuration: the router's digest when the run began.
        models: cards or deployments, as a request's `model` takes them.
        repeats: how often each model attempts each task.
        faults: the share of writes whose answer the world loses, 0 to 1, by the `seed`.
        consent: what is said where a tool needs a person's consent.
        max_tokens: that a model may answer a turn with.
        started, ended: seconds since the epoch; `ended` is None while something is left.
    """

    id: str
    suite: str
    digest: str
    tasks: Sequence[str]
    configuration: str
    models: Sequence[str]
    repeats: int = 1
    faults: float = 0.0
    seed: int = 0
    consent: Literal["grant", "deny"] = "grant"
    max_tokens: int = MAX_TOKENS
    started: float = 0.0
    ended: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeCall:
    """A call of a tool that the model asked for; `outcome` is `done`, or how it ended else."""

    tool: str
    arguments: Mapping[str, Any]
    outcome: str

    @property
    def done(self) -> bool:
        return self.outcome == "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of a check; `why` of one that failed."""

    name: str
    passed: bool
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectCounts:
    """Effects of an attempt, by the ledger and by what the world has written down.

    Attributes:
        done: that the ledger knows to have happened; `failed`, not to have; `open`: nobody knows.
        twice: applied by the world more often than intended; None where it does not write down what it does.
        lost: that the ledger knows to have happened and the world has not applied; None likewise.
    """

    done: int = 0
    failed: int = 0
    open: int = 0
    twice: int | None = None
    lost: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of one attempt.

    Attributes:
        begun: how often it was: more than once where the evaluation was broken off within it.
        state: how the agent's run ended, as an agent has it, or `out_of_steps`, and `why`; `error` is the
            class of what a call of the model failed with, if that ended it.
        answer: what was answered at last, as JSON has it.
        checks: the task's, and of the answer `deliverable` and `expected`.
        calls: of tools, in the order in which they were asked for.
        steps: calls of models and tools together.
        cost: US dollars; None where prices are not known.
        seconds: from the first call of the model to the end of the run.
        consents: how often a person's consent was asked for, and `looked` how often what became of an effect
            was looked up in a person's place.
        at: seconds since the epoch, when it ended.
    """

    key: AttemptKey
    begun: int
    outcome: Outcome
    state: str = ""
    why: str = ""
    error: str | None = None
    answer: Any = None
    checks: Sequence[Checked] = ()
    calls: Sequence[MadeCall] = ()
    effects: EffectCounts = field(default_factory=EffectCounts)
    steps: int = 0
    tokens: int = 0
    cost: float | None = None
    seconds: float = 0.0
    consents: int = 0
    looked: int = 0
    at: float = 0.0

    @property
    def measured(self) -> bool:
        """Whether it says something about the model."""
        return self.outcome != "unmeasured"

    @property
    def complete(self) -> bool:
        """Whether the task was done."""
        return self.outcome == "complete"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAttempts:
    """All that is known of a run; `least` are the least calls of each task where somebody has said."""

    run: AgentRun
    attempts: Mapping[AttemptKey, Attempt]
    least: Mapping[str, int]
    goals: Mapping[str, str] = field(default_factory=dict)

    @property
    def again(self) -> int:
        """How many attempts were begun more often than once, and paid for as often."""
        return sum(max(0, each.begun - 1) for each in self.attempts.values())
