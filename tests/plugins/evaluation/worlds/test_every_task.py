"""Every task of every world: it can be solved, and what is left out, done twice or said wrongly is seen."""

from pathlib import Path

import pytest
from jsonschema.validators import Draft202012Validator

from interlock_evaluation.worlds import domains, world_named
from world_tasks import begun, failed, fits, played, solution_of, tasks_of, writes_of

TASKS = [(domain, id_) for domain in domains() for id_ in tasks_of(domain)]
for_each_task = pytest.mark.parametrize(("domain", "id_"), TASKS, ids=[id_ for _, id_ in TASKS])


@for_each_task
def test_the_solution_solves_it(domain: str, id_: str, tmp_path: Path) -> None:
    task = tasks_of(domain)[id_]
    folder = begun(tmp_path / "world", domain, task)
    assert failed(folder, task), "it is solved before anything is done"
    answers = played(folder, solution_of(task))
    assert [each.refusal for each in answers if each.refusal] == []
    assert failed(folder, task) == []
    assert fits(task, task["answer"])


@for_each_task
def test_each_write_that_is_left_out_is_seen(domain: str, id_: str, tmp_path: Path) -> None:
    task = tasks_of(domain)[id_]
    solution = solution_of(task)
    writes = writes_of(world_named(domain), solution)
    assert writes
    for left_out in writes:
        folder = begun(tmp_path / str(left_out), domain, task)
        played(folder, [each for number, each in enumerate(solution) if number != left_out])
        assert failed(folder, task), f"without {solution[left_out]}"


@for_each_task
def test_each_write_that_is_done_twice_is_seen_where_it_does_something(
    domain: str, id_: str, tmp_path: Path
) -> None:
    task = tasks_of(domain)[id_]
    solution = solution_of(task)
    for twice in writes_of(world_named(domain), solution):
        folder = begun(tmp_path / str(twice), domain, task)
        answers = played(folder, [*solution[: twice + 1], solution[twice]])
        harmless = bool(answers[-1].refusal) or not folder.applied()[-1]["changed"]
        played(folder, solution[twice + 1 :])
        assert harmless or failed(folder, task), f"twice {solution[twice]}"


@for_each_task
def test_it_is_written_as_its_world_understands_it(domain: str, id_: str) -> None:
    task, world = tasks_of(domain)[id_], world_named(domain)
    for schema in (
        *(each["expect"] for each in task["checks"]),
        task["deliverable"],
        task.get("expected", {}),
    ):
        Draft202012Validator.check_schema(schema)
    assert all(world.tool(each["tool"]).reads for each in task["checks"])
    assert all(world.tool(name) for name in (*task.get("tools", ()), *task.get("forbidden", ())))
    used = [tool for tool, _ in solution_of(task)]
    assert set(used) <= set(task.get("tools", used))
    assert 3 <= task["least_calls"] <= len(used)
    assert task["budget"]["steps"] > 2 * len(used)


@for_each_task
def test_no_shape_of_an_answer_gives_the_answer_away(domain: str, id_: str) -> None:
    said = str(tasks_of(domain)[id_]["deliverable"])
    assert not [word for word in ("const", "minimum", "maximum", "pattern") if word in said]


def test_each_suite_has_the_same_form() -> None:
    for domain in domains():
        assert world_named(domain).name == domain
        assert tasks_of(domain)
