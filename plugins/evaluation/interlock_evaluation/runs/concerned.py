"""Which prompts of a suite belong to some tasks."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from interlock import RequestError, Router
from interlock.types.names import nearest
from interlock_evaluation.runs.asking import free_decision
from interlock_evaluation.suites import Sample, Suite


def tasks_of(router: Router, suite: Iterable[Sample]) -> dict[str, str]:
    """Of each prompt, by its id: its own task, else what the router takes it for.

    Raises:
        RequestError: a prompt cannot be asked.
    """
    return {sample.id: sample.task or free_decision(router, sample).task for sample in suite}


def of_tasks(router: Router, suite: Suite, tasks: Collection[str]) -> Suite:
    """The prompts of these tasks, in the suite's order; without tasks, all of them.

    Raises:
        RequestError: one of the tasks has no prompt, or a prompt cannot be asked.
    """
    if not tasks:
        return suite
    found = tasks_of(router, suite)
    having = sorted(set(found.values()))
    for task in tasks:
        if task not in having:
            what = f"no prompt is of the task {task!r}; there are {', '.join(having)}."
            raise RequestError(what, key="--task", suggestion=nearest(task, having))
    return replace(suite, samples=tuple(each for each in suite if found[each.id] in tasks))
