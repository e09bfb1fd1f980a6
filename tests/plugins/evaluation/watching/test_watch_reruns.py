"""Which run is proposed to be made again, and of which prompts."""

from interlock import Router
from interlock_evaluation.runs import Run, RunStore
from interlock_evaluation.store import Store
from interlock_evaluation.suites import Sample, Suite
from interlock_evaluation.watching.rerun import proposal

TASKS = ("quantitative", "conversational", "my own")


def suite(*tasks: str) -> Suite:
    said = ({"role": "user", "content": "x"},)
    samples = [Sample(id=f"{task} {at}", task=task, messages=said) for task in tasks for at in range(3)]
    return Suite(samples=tuple(samples), name="prompts.jsonl")


async def begun(runs: RunStore, name: str, started: float, asked: Suite, tasks: tuple[str, ...] = ()) -> None:
    run = Run(
        id=name,
        suite=asked.name,
        digest=asked.digest,
        configuration="c",
        models=("codes",),
        tasks=tasks,
        started=started,
    )
    await runs.begin(run, asked, {each.id: each.task for each in asked})


async def test_what_is_measured_again_is_about_the_tasks_that_are_concerned(
    router: Router, store: Store
) -> None:
    runs = RunStore(store)
    assert await proposal(router, runs, ["codes"], {"quantitative"}) is None
    await begun(runs, "whole", 1, suite(*TASKS[:2]))
    await begun(runs, "part", 2, suite("conversational"), ("conversational",))
    command = "interlock eval run prompts.jsonl --model codes"
    for tasks, run, asked in (
        ({"quantitative"}, "whole", ("quantitative",)),
        ({"quantitative", "conversational", "other"}, "whole", ("conversational", "quantitative")),
        ({"conversational"}, "part", ("conversational",)),
        (set(), "whole", ()),
        ({"other"}, "part", ("conversational",)),
    ):
        found = await proposal(router, runs, ["codes"], tasks)
        assert found is not None
        assert (found.run, found.tasks) == (run, asked)
        assert found.command == command + "".join(f" --task {each}" for each in asked)
        assert found.prompts == found.calls == 3 * (len(asked) or 2)


async def test_a_task_with_a_blank_is_quoted_and_one_that_is_gone_has_no_price(
    router: Router, store: Store
) -> None:
    runs = RunStore(store)
    await begun(runs, "own", 1, suite(*TASKS))
    found = await proposal(router, runs, ["codes"], {"my own"})
    assert found is not None
    assert found.command.endswith(" --task 'my own'")
    assert (found.prompts, found.calls, found.cost) == (3, 0, None)
