"""Suites of agent tasks as people write them, and what is said where they slip."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from interlock import RequestError
from interlock_evaluation.agents import read_suite

SUITE = """\
name: notes
about: Notes that are kept.
connector:
  connector: mcp
  command: [python, "{suite}/server.py", "{state}"]
  options: {trust_annotations: true}
reset: start
"""
TASK = """\
id: buy-ink
goal: Write down that ink is to be bought.
tools: [list_notes, add_note]
state: {notes: [buy paper]}
least_calls: 1
budget: {steps: 9, dollars: 0.25}
deliverable: {contains: [ink]}
checks:
  - name: it is there
    tool: list_notes
    with: {of: me}
    expect: {type: array, contains: {const: buy ink}}
forbidden: [drop_notes]
solution:
  - {tool: add_note, with: {text: buy ink}}
answer: Ink is noted.
"""


def written(folder: Path, suite: str = SUITE, *tasks: str) -> Path:
    (folder / "tasks").mkdir(exist_ok=True, parents=True)
    (folder / "suite.yaml").write_text(suite, encoding="utf-8")
    for number, task in enumerate(tasks or (TASK,)):
        (folder / "tasks" / f"{number}.yaml").write_text(task, encoding="utf-8")
    return folder


def refused(folder: Path, *, suite: str = SUITE, task: str = TASK) -> RequestError:
    with pytest.raises(RequestError) as caught:
        read_suite(written(folder, suite, task))
    return caught.value


def test_a_task_is_a_goal_with_what_must_be_so_afterwards(tmp_path: Path) -> None:
    suite = read_suite(written(tmp_path))
    (task,) = suite
    assert (task.id, task.tools, task.steps, task.dollars) == ("buy-ink", ("list_notes", "add_note"), 9, 0.25)
    assert task.checks[0].arguments == {"of": "me"}
    assert task.checks[0].expect["type"] == "array"
    assert task.deliverable.contains == ("ink",)
    assert task.forbidden == ("drop_notes",)
    assert task.solution[0].arguments == {"text": "buy ink"}
    assert task.answer == "Ink is noted."
    assert task.state == {"notes": ["buy paper"]}
    assert suite.reset == "start"


def test_a_command_of_the_connector_is_short_for_its_options(tmp_path: Path) -> None:
    suite = read_suite(written(tmp_path))
    assert suite.connector == {
        "id": "notes",
        "region": "local",
        "connector": "mcp",
        "options": {"trust_annotations": True, "command": "python", "args": ["{suite}/server.py", "{state}"]},
    }


def test_what_is_left_out_has_its_usual_value(tmp_path: Path) -> None:
    short = "id: a\ngoal: Do it.\ndeliverable: {type: object}\n"
    (task,) = read_suite(written(tmp_path, SUITE, short))
    assert (task.tools, task.steps, task.dollars, task.checks, task.least_calls) == ((), 50, 1.0, (), None)
    assert task.deliverable.schema == {"type": "object"}


def test_tasks_stand_in_the_order_of_their_files(tmp_path: Path) -> None:
    second = TASK.replace("buy-ink", "another")
    assert [task.id for task in read_suite(written(tmp_path, SUITE, TASK, second))] == ["buy-ink", "another"]


@pytest.mark.parametrize(
    ("was", "now", "key", "told"),
    [
        ("goal:", "gaol:", "0.yaml line 2, gaol", ("there is no such key", "goal")),
        ("least_calls: 1", "least_calls: 0", "0.yaml line 5, least_calls", ("a whole number", None)),
        ("least_calls: 1", "least_calls: 2", "0.yaml line 5, least_calls", ("has 1 calls", None)),
        ("steps: 9", "step: 9", "0.yaml line 6, budget.step", ("there is no such key", "steps")),
        ("0.25", "-1", "0.yaml line 6, budget.dollars", ("a number above 0", None)),
        ("{contains: [ink]}", "{type: objekt}", "0.yaml line 7, deliverable", ("no JSON schema", None)),
        ("type: array", 'pattern: "("', "0.yaml line 12, checks.0.expect", ("not a 'regex'", None)),
        ("type: array", '$ref: "#/x"', "0.yaml line 12, checks.0.expect", ("not within it", None)),
        ("type: array", "$ref: http://x/y", "0.yaml line 12, checks.0.expect", ("not within it", None)),
        ("type: array", "type: aray", "0.yaml line 12, checks.0.expect", ("no JSON schema", None)),
        ("expect:", "expects:", "0.yaml line 12, checks.0.expects", ("there is no such key", "expect")),
        ("{tool: add_note", "{tool: ad_note", "0.yaml line 15, solution.0.tool", ("is none of", "add_note")),
        (
            "tools: [list_notes, add_note]",
            "tools: add_note",
            "0.yaml line 3, tools",
            ("expected a list", None),
        ),
        ("id: buy-ink", "id: ../ink", "0.yaml line 1, id", ("expected a letter", None)),
        ("state: {", "state: {notes: 1, ", "0.yaml line 4", ("comes twice", None)),
    ],
)
def test_a_slip_in_a_task_is_named_with_file_line_and_key(
    tmp_path: Path, was: str, now: str, key: str, told: tuple[str, str | None]
) -> None:
    assert was in TASK
    error = refused(tmp_path, task=TASK.replace(was, now))
    assert f"{tmp_path}/tasks/{key}" in (error.key or "")
    assert told[0] in error.message
    assert error.suggestion == told[1]


@pytest.mark.parametrize(
    ("was", "now", "key", "said"),
    [
        ("about:", "abut:", "suite.yaml line 2, abut", "there is no such key"),
        ("name: notes", "name: 7", "suite.yaml line 1, name", "expected text"),
        ("  connector: mcp\n", "", "suite.yaml line 4, connector.connector", "it is missing"),
        ("{trust_", "{command: x, trust_", "suite.yaml line 6, connector.options.command", "already"),
    ],
)
def test_a_slip_in_the_suite_is_named_with_file_line_and_key(
    tmp_path: Path, was: str, now: str, key: str, said: str
) -> None:
    assert was in SUITE
    error = refused(tmp_path, suite=SUITE.replace(was, now))
    assert f"{tmp_path}/{key}" in (error.key or "")
    assert said in error.message


def test_a_task_that_nothing_tells_to_be_done_is_refused(tmp_path: Path) -> None:
    assert "what tells that it was done" in refused(tmp_path, task="id: a\ngoal: Do it.\n").message


def test_two_tasks_of_one_id_are_refused_with_both_files(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"0\.yaml too") as caught:
        read_suite(written(tmp_path, SUITE, TASK, TASK))
    assert "1.yaml line 1, id" in (caught.value.key or "")


def test_a_suite_that_is_not_there_or_has_no_task_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no suite of that name"):
        read_suite("nothing-here")
    with pytest.raises(RequestError, match=r"suite\.yaml"):
        read_suite(tmp_path)
    (tmp_path / "suite.yaml").write_text(SUITE)
    with pytest.raises(RequestError, match="holds no task"):
        read_suite(tmp_path)


def test_the_digest_changes_with_what_is_checked_and_not_with_where_it_lies(tmp_path: Path) -> None:
    here, there = (read_suite(written(tmp_path / name)) for name in ("here", "there"))
    other = read_suite(written(tmp_path / "other", SUITE, TASK.replace("const: buy ink", "const: ink")))
    assert here.digest == there.digest != other.digest


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda each: (
        st.lists(each, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "tool", "with", "expect", "type", "steps", "contains"]), each, max_size=3
        )
    ),
    max_leaves=8,
)


@given(
    task=st.dictionaries(st.sampled_from([*yaml.safe_load(TASK), "other"]), plain, max_size=6),
    suite=st.dictionaries(st.sampled_from([*yaml.safe_load(SUITE), "tools"]), plain, max_size=4),
)
def test_whatever_is_written_is_read_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, task: dict[str, object], suite: dict[str, object]
) -> None:
    folder = tmp_path_factory.mktemp("suite")
    whole_task, whole_suite = yaml.safe_load(TASK) | task, yaml.safe_load(SUITE) | suite
    written(folder, yaml.safe_dump(whole_suite), yaml.safe_dump(whole_task))
    try:
        assert read_suite(folder).digest
    except RequestError as error:
        complaint = error
    else:
        return
    assert str(folder) in (complaint.key or "")
