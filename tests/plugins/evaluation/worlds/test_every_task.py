"""Every task of every world: it can be solved, and what is left out, done twice or said wrongly is seen."""

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from jsonschema.validators import Draft202012Validator

from interlock_evaluation.worlds import World, domains, world_named
from interlock_evaluation.worlds.calling import Answer
from world_tasks import Call, begun, failed, fits, played, shown, solution_of, tasks_of, writes_of

TASKS = [(domain, id_) for domain in domains() for id_ in tasks_of(domain)]
for_each_task = pytest.mark.parametrize(("domain", "id_"), TASKS, ids=[id_ for _, id_ in TASKS])


def told(world: World, calls: Sequence[Call], answers: Sequence[Answer]) -> list[Answer]:
    """What calls that only read have said: what a write has to do with what comes later shows there."""
    return [answer for (tool, _), answer in zip(calls, answers, strict=True) if world.tool(tool).reads]


@for_each_task
def test_it_is_solved_by_its_solution_and_by_nothing_less_or_more(
    domain: str, id_: str, tmp_path: Path
) -> None:
    task, world = tasks_of(domain)[id_], world_named(domain)
    folder = begun(tmp_path / "right", domain, task)
    assert failed(folder, task), "it is solved before anything is done"
    right = shown(folder, task)
    assert [each.refusal for each in right.answers if each.refusal] == []
    assert failed(folder, task) == []
    assert fits(task, task["answer"])
    writes = writes_of(world, right.calls)
    assert writes
    for at in writes:
        later = right.calls[at + 1 :]
        expected = told(world, later, right.answers[at + 1 :])
        less = right.resumed(tmp_path / f"less-{at}", at, domain)
        noticed = told(world, later, played(less, later)) != expected
        assert noticed or failed(less, task), f"without {right.calls[at]}"
        more = right.resumed(tmp_path / f"more-{at}", at, domain)
        twice = played(more, [right.calls[at]] * 2)[-1]
        if not twice.refusal and more.applied()[-1]["changed"]:
            noticed = told(world, later, played(more, later)) != expected
            assert noticed or failed(more, task), f"twice {right.calls[at]}"


@for_each_task
def test_two_writes_may_change_places_where_the_world_lets_them(
    domain: str, id_: str, tmp_path: Path
) -> None:
    task, world = tasks_of(domain)[id_], world_named(domain)
    right = shown(begun(tmp_path / "right", domain, task), task)
    for one, other in pairwise(writes_of(world, right.calls)):
        folder = right.resumed(tmp_path / f"swapped-{one}", one, domain)
        between, later = right.calls[one + 1 : other], right.calls[other + 1 :]
        answers = played(folder, [right.calls[other], *between, right.calls[one], *later])
        refused = any(each.refusal for each in answers)
        assert refused or not failed(folder, task), f"{right.calls[other]} before {right.calls[one]}"


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


def test_each_task_is_on_the_page_with_what_it_turns_on() -> None:
    page = Path(__file__).parents[4].joinpath("docs/agent-suites.md").read_text("utf-8")
    told = set(re.findall(r"^\| `([a-z0-9-]+)` \| .+ \|$", page, re.MULTILINE))
    assert {id_ for domain in domains() for id_ in tasks_of(domain)} <= told
