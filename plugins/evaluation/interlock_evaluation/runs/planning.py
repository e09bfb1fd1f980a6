"""What a run would ask, cost, take and be able to tell, before anybody is asked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

from interlock import Router
from interlock_evaluation.runs.asking import decided, estimate, rule_of, task_of
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
    """

    prompts: int
    models: Sequence[ModelPlan]
    tasks: Sequence[TaskPlan]
    difference: float
    discordance: float
    seconds: float

    @property
    def calls(self) -> int:
        return sum(each.calls for each in self.models)

    @property
    def cost(self) -> float:
        return sum(each.cost for each in self.models)


def plan(
    router: Router,
    suite: Suite,
    models: Sequence[str],
    *,
    repeats: int = 1,
    at_once: int = 4,
    discordance: float = 0.2,
) -> RunPlan:
    """Nobody is asked. `at_once` are the calls of one provider that are under way at a time.

    Raises:
        RequestError: a prompt cannot be asked, or a model is none.
    """
    planned, providers = [], Counter[str]()
    for model in models:
        excluded, calls, cost, unpriced = Counter[str](), 0, 0.0, 0
        for sample in suite:
            decision = decided(router, sample, model)
            if not decision.shortlist:
                excluded[rule_of(router, decision, model)] += 1
                continue
            calls += repeats
            providers[router.deployments[decision.shortlist[0].deployment].provider] += repeats
            price = estimate(router, decision, sample.settings)
            cost += repeats * (price or 0.0)
            unpriced += repeats * (price is None)
        planned.append(
            ModelPlan(model=model, calls=calls, cost=cost, unpriced=unpriced, excluded=dict(excluded))
        )
    tasks = Counter(sample.task or task_of(router, sample) for sample in suite)
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
    )
