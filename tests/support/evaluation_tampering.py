"""What holds an evaluation's prompts back, taken out: worlds have to show it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import fields, replace
from typing import Any

from evaluation_stage import EvaluationStage, EvaluationTally, suited
from interlock import Constraints
from interlock_evaluation.grading.rubric import Rubric
from interlock_evaluation.runs import asking, questioning
from world_tampering import Tamper, nothing, without_both


@contextmanager
def swapped(owner: Any, name: str, value: object) -> Iterator[None]:
    """Have something else in its place until the block ends."""
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


@contextmanager
def without_rules_of_prompts() -> Iterator[None]:
    """Models are asked prompts without the prompts' constraints and tasks."""
    whole = asking.options_of

    def bare(*arguments: Any, **named: Any) -> dict[str, Any]:
        return whole(*arguments, **named) | {"constraints": Constraints(), "task": None}

    with swapped(asking, "options_of", bare), swapped(questioning, "options_of", bare):
        yield


def without_rules_for_judges() -> AbstractContextManager[None]:
    """Who marks is shown prompts without their constraints."""
    return _marking(lambda sample: replace(sample, constraints=Constraints()))


def without_tasks_for_judges() -> AbstractContextManager[None]:
    """Who marks is not told what a prompt's task demands."""
    return _marking(lambda sample: replace(sample, task=""))


def _marking(changed: Callable[[Any], Any]) -> AbstractContextManager[None]:
    mark = Rubric.mark

    async def marked(self: Rubric, sample: Any, answer: str) -> Any:
        return await mark(self, changed(sample), answer)

    return swapped(Rubric, "mark", marked)


# By name: what is taken out of the process, what out of each router, and whether anything must arrive then.
RUNS: dict[str, tuple[Callable[[], AbstractContextManager[None]], Tamper, bool]] = {
    "as it is": (nullcontext, nothing, False),
    "without the prompts' constraints": (without_rules_of_prompts, nothing, True),
    "without the constraints for judges": (without_rules_for_judges, nothing, True),
    "without the tasks for judges": (without_tasks_for_judges, nothing, True),
    "without the router's two enforcements": (nullcontext, without_both, True),
}


def play(run: str, seeds: Iterable[int]) -> EvaluationTally:
    """What comes of the worlds of some seeds, one after another, on a stage of their own."""
    taken, tamper, shows = RUNS[run]
    tally = EvaluationTally()
    with taken(), EvaluationStage() as stage:
        for seed in seeds:
            # Who writes into frozen objects cannot be held by what is taken out.
            stage.evaluate(suited(seed, vandals=not shows), tamper, tally)
    return tally


def added(tallies: Iterable[EvaluationTally]) -> EvaluationTally:
    """All of them in one."""
    whole = EvaluationTally()
    for tally in tallies:
        for field in fields(EvaluationTally):
            setattr(whole, field.name, getattr(whole, field.name) + getattr(tally, field.name))
    return whole
