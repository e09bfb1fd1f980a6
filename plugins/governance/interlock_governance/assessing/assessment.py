"""Assessment: what the questions come to for a use case."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from interlock_governance.assessing.answer import Answer
from interlock_governance.assessing.question import Measure, Question
from interlock_governance.assessing.requirement import Requirement
from interlock_governance.use_cases import UseCase

Verdict = Literal["allowed", "allowed with measures", "not allowed"]
ALLOWED: Final = "allowed"
WITH_MEASURES: Final = "allowed with measures"
NOT_ALLOWED: Final = "not allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What a configured deployment may have of a use case.

    Attributes:
        verdict: by the requirements and by the rules that are configured already.
        why: every rule that it does not keep to, in words; empty where it is simply allowed.
        unmet: ids of the requirements that it does not meet.
        configured: why the rules that are configured deny it, or have its requests sealed.
    """

    verdict: Literal["allowed", "sealed", "denied"]
    why: str = ""
    unmet: frozenset[str] = frozenset()
    configured: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """A pre-assessment; it is no legal advice.

    Attributes:
        level: that of the policy which holds requests to the requirements.
        reasons: why the verdict is what it is, in sentences.
        answers: to each question, by the question's id; unknown ones as well.
        requirements: what is asked of a deployment, all of it.
        refusals: what no deployment meets; the use case is then not allowed.
        treat: kind of data, `*` being every other -> what a guardrail does with it.
        deployments: what each configured deployment may have of it; None without a configuration.
    """

    use_case: UseCase
    level: str
    verdict: Verdict
    reasons: tuple[str, ...]
    answers: Mapping[str, tuple[Question, Answer]]
    requirements: tuple[Requirement, ...] = ()
    refusals: tuple[Requirement, ...] = ()
    measures: tuple[Measure, ...] = ()
    treat: Mapping[str, str] = field(default_factory=dict)
    deployments: Mapping[str, Serving] | None = None

    @property
    def unknown(self) -> tuple[Question, ...]:
        """The questions to which nobody knows the answer."""
        return tuple(question for question, answer in self.answers.values() if not answer.known)

    @property
    def rules(self) -> tuple[Requirement, ...]:
        """Those of its policy: what refuses it stands for all."""
        return self.refusals or self.requirements

    @property
    def satisfying(self) -> tuple[str, ...] | None:
        """The deployments that may have its requests, sealed ones included; None without a configuration."""
        if self.deployments is None:
            return None
        return tuple(name for name, each in self.deployments.items() if each.verdict != "denied")
