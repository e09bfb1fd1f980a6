"""A run: a suite, the models that are asked it, and what came of each question."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from interlock_evaluation.grading import Mark
from interlock_evaluation.suites import Sample

Outcome = Literal["answer", "error", "excluded"]
"""What came of a question: `excluded` was forbidden by a rule, and nobody was asked."""

# Which of a call's errors say nothing about its model: a key, a quota, a limit, the way there, a rule.
UNMEASURED: Final = frozenset(
    {
        *("AuthenticationError", "PermissionDenied", "QuotaExceeded", "RateLimited", "AllRateLimited"),
        *("Overloaded", "RouterOverloaded", "CoolingDown", "NoDeployment", "BudgetExceeded"),
        *("ConnectionFailed", "ConnectTimeout", "LogUnavailable", "GuardrailError", "ModelNotFound"),
    }
)


class Key(NamedTuple):
    """Names one question: `repeat` counts from 0."""

    prompt: str
    model: str
    repeat: int

    @property
    def text(self) -> str:
        """As one text, from which `read` makes it again."""
        return json.dumps(self)

    @classmethod
    def read(cls, text: str) -> "Key":
        return cls(*json.loads(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What is asked.

    Attributes:
        id: the user's, or made of the day and the suite.
        suite: its name, and `digest` of its samples.
        configuration: the router's digest when the run began.
        models: cards or deployments, as a request's `model` takes them.
        repeats: how often each is asked each prompt.
        grader: what marks samples that name nothing; empty for what they have.
        judge: the model that marks by rubrics; None where none does.
        tasks: whose prompts of the suite are asked alone, sorted; empty where all are.
        started, ended: seconds since the epoch; `ended` is None while something is left to ask.
    """

    id: str
    suite: str
    digest: str
    configuration: str
    models: Sequence[str]
    repeats: int = 1
    grader: str = ""
    judge: str | None = None
    run_code: bool = False
    tasks: Sequence[str] = ()
    started: float = 0.0
    ended: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one question.

    Attributes:
        asked: how often the call was begun: more than once where a run was broken off within it, or where it
            failed and was asked for again.
        error: the class of the call's error, and `why` what it or the rule says.
        latency: seconds, retries included.
        cost: US dollars of all the call's attempts; None where prices are not known.
        deployment, served_model: who answered, and as what the vendor says; `record` is the id of the call's.
        at: seconds since the epoch, when it ended.
    """

    key: Key
    asked: int
    outcome: Outcome
    answer: str | None = None
    finish_reason: str | None = None
    error: str | None = None
    why: str | None = None
    latency: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: float | None = None
    deployment: str | None = None
    served_model: str | None = None
    record: str | None = None
    at: float = 0.0

    @property
    def measured(self) -> bool:
        """Whether it says something about the model."""
        return self.outcome == "answer" or (self.outcome == "error" and self.error not in UNMEASURED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """All that is known of a run.

    Attributes:
        tasks: of each prompt, as the suite has it or the router took it, by the prompt's id.
        marks: by question, then by the grader's name.
    """

    run: Run
    samples: Sequence[Sample]
    tasks: Mapping[str, str]
    results: Mapping[Key, Result]
    marks: Mapping[Key, Mapping[str, Mark]]

    @property
    def again(self) -> int:
        """How many calls were begun more often than once: their first answers were lost, and paid for."""
        return sum(max(0, each.asked - 1) for each in self.results.values())
