"""What a run would ask, cost, take and be able to tell, before anybody is asked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

from interlock import Router
from interlock_evaluation.grading import Graders
from interlock_evaluation.runs.asked import first_asked
from interlock_evaluation.runs.asking import (
    answer_tokens,
    bound,
    decided,
    estimate,
    free_decision,
    rule_of,
)
from interlock_evaluation.runs.concerned import tasks_of
from interlock_evaluation.statistics import smallest_difference
from interlock_evaluation.suites import Suite

_SECONDS = 6.0  # of a call, where nothing is known


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPlan:
    """One model's part. Money is in US dollars; `cost` counts calls with known prices alone.

    Attributes:
        calls: repeats included.
        unpriced: calls of which nobody knows the price.
        excluded: prompts that a rule keeps from the model, by the rule.
    """

    model: str
    calls: int = 0
    cost: float = 0.0
    unpriced: int = 0
    excluded: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgePlan:
    """What marking by a model adds: of each answer one call. As `ModelPlan`; `excluded` counts prompts."""

    model: str
    calls: int = 0
    cost: float = 0.0
    unpriced: int = 0
    excluded: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPlan:
    """One task's part; `difference` is the smallest between two models, 0 to 1, that will be seen."""

    task: str
    prompts: int
    difference: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """What a run would be.

    Attributes:
        difference: the smallest between two models over all prompts, from 0 to 1, that will be seen with the
            power of `smallest_difference`, if they disagree on `discordance` of the prompts.
        seconds: about how long it takes, at the pace that was given.
        judge: None where no model marks.
    """

    prompts: int
    models: Sequence[ModelPlan]
    tasks: Sequence[TaskPlan]
    difference: float
    discordance: float
    seconds: float
    judge: JudgePlan | None = None

    @property
    def calls(self) -> int:
        return sum(each.calls for each in self.models) + (self.judge.calls if self.judge else 0)

    @property
    def cost(self) -> float:
        return sum(each.cost for each in self.models) + (self.judge.cost if self.judge else 0.0)


def plan(
    router: Router,
    suite: Suite,
    models: Sequence[str],
    *,
    repeats: int = 1,
    at_once: int = 4,
    discordance: float = 0.2,
    graders: Graders | None = None,
) -> RunPlan:
    """Nobody is asked. `at_once` are the calls of one provider that are under way at a time; `graders` mark.

    Raises:
        RequestError: a prompt cannot be asked, or not be marked, or a model is none.
    """
    if graders is not None:
        graders.check(suite)
    planned, providers, answers = [], Counter[str](), Counter[str]()
    for model in models:
        excluded, calls, cost, unpriced = Counter[str](), 0, 0.0, 0
        for sample in suite:
            decision = decided(router, sample, model)
            asked = first_asked(router, model, decision)
            if not asked:
                excluded[rule_of(router, decision, model)] += 1
                continue
            calls += repeats
            answers[sample.id] += repeats
            for each in asked:
                providers[router.deployments[each].provider] += repeats
            price = estimate(router, asked, decision.input_tokens, answer_tokens(sample))
            cost += repeats * (price or 0.0)
            unpriced += repeats * (price is None)
        planned.append(
            ModelPlan(model=model, calls=calls, cost=cost, unpriced=unpriced, excluded=dict(excluded))
        )
    tasks = Counter(tasks_of(router, suite).values())
    return RunPlan(
        prompts=len(suite),
        models=planned,
        tasks=[
            TaskPlan(task=task, prompts=count, difference=smallest_difference(count, discordance=discordance))
            for task, count in sorted(tasks.items())
        ],
        difference=smallest_difference(len(suite), discordance=discordance),
        discordance=discordance,
        seconds=max((ceil(count / at_once) * _SECONDS for count in providers.values()), default=0.0),
        judge=None if graders is None else _judging(router, suite, graders, answers),
    )


def _judging(router: Router, suite: Suite, graders: Graders, answers: Mapping[str, int]) -> JudgePlan | None:
    if graders.judge is None:
        return None
    excluded, calls, cost, unpriced = Counter[str](), 0, 0.0, 0
    for sample in suite:
        judged = graders.judged(bound(sample, free_decision(router, sample)), answer_tokens(sample))
        if judged is None:
            continue
        if judged.rule:
            excluded[judged.rule] += 1
            continue
        calls += answers[sample.id]
        cost += answers[sample.id] * (judged.cost or 0.0)
        unpriced += answers[sample.id] * (judged.cost is None)
    return JudgePlan(model=graders.judge, calls=calls, cost=cost, unpriced=unpriced, excluded=dict(excluded))
