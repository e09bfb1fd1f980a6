import json

import pytest

from outcome_tables import invoke
from routing_worlds import equals, specialists, written


@pytest.fixture(scope="module")
def marked(tmp_path_factory):
    return written(tmp_path_factory.mktemp("marked") / "marked.csv", specialists(400))


def test_routes_are_learned_written_and_held(marked, tmp_path):
    routes = tmp_path / "routes.yaml"
    done = invoke("eval", "learn", marked, "--write", routes)
    assert done.exit_code == 0
    assert "coder" in done.stdout
    assert "better" in done.stdout
    assert "Without caution" in done.stderr
    assert invoke("eval", "gate", marked, "--routes", routes).exit_code == 0


def test_the_same_is_had_as_json_without_numbers_that_are_none(marked):
    found = json.loads(invoke("eval", "learn", marked, "--json", "--objective", "cost").stdout)
    assert found["single"] == "all-round"
    assert {each["task"] for each in found["routes"]} == {"code", "law", "mail", "sums"}
    assert set(found["estimates"]["routes"]["gain"]) == {"value", "low", "high"}


def test_where_nothing_is_better_that_is_said(tmp_path):
    done = invoke("eval", "learn", written(tmp_path / "marked.csv", equals(100)))
    assert done.exit_code == 0
    assert "Nothing is better than" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--risk", "5"), "between 0 and 1"),
        (("--objective", "speed"), "quality, cost"),
        (("--without", "coder2"), "Did you mean 'coder'"),
        (("--baseline", "nobody"), "nobody"),
        (("--write", "/dev/null/routes.yaml"), "cannot be written"),
    ],
)
def test_a_wrong_option_is_refused_with_a_way_out(marked, arguments, said):
    done = invoke("eval", "learn", marked, *arguments)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())


def test_the_gate_ends_with_1_for_worse_and_3_for_not_measured(marked, tmp_path):
    worse = tmp_path / "worse.yaml"
    worse.write_text("routes: {code: [coder], law: [small], mail: [small], sums: [small]}\n", "utf-8")
    done = invoke("eval", "gate", marked, "--routes", worse)
    assert (done.exit_code, "Worse" in done.stderr) == (1, True)
    few = written(tmp_path / "few.csv", specialists(16))
    assert invoke("eval", "gate", few, "--routes", worse).exit_code == 3
    done = invoke("eval", "gate", few, "--routes", worse, "--json")
    assert json.loads(done.stdout)["verdict"] == "not measured"


@pytest.mark.parametrize(
    "text", ["", "[]", "routes: {}", "routes: {a: b}", "routes: {a: []}", "{", "routes: {a: [1]}"]
)
def test_what_are_no_routes_is_refused_in_words(marked, tmp_path, text):
    path = tmp_path / "routes.yaml"
    path.write_text(text, "utf-8")
    done = invoke("eval", "gate", marked, "--routes", path)
    assert done.exit_code == 2
    assert "Error" in done.stderr


def test_tasks_are_guessed_from_the_words_where_there_are_none(tmp_path):
    texts = [
        f"Write a Python function number {at} that sorts a list of integers and returns the largest of them"
        for at in range(60)
    ]
    path = written(tmp_path / "marked.csv", specialists(60), task="kind", texts=texts)
    done = invoke("eval", "learn", path)
    assert "60 prompts had no task" in done.stderr
    assert "code_generation" in done.stdout


def test_prompts_with_neither_task_nor_words_are_left_to_the_best_model(tmp_path):
    done = invoke("eval", "learn", written(tmp_path / "marked.csv", specialists(60), task="kind"))
    assert "neither a task nor words" in done.stderr
    assert done.exit_code == 0


@pytest.mark.parametrize(("failed", "code"), [("0", 1), ("", 3)], ids=["the model's fault", "nobody knows"])
def test_a_failure_of_the_models_counts_against_it_and_any_other_is_not_measured(tmp_path, failed, code):
    """As `interlock eval outcomes` writes the one with a mark of 0 and leaves the other out."""
    lines = ["prompt,task,model,score,error"]
    for at in range(100):
        mark = "1,"
        if at % 2:
            mark = f"{failed},RateLimited" if not failed else f"{failed},ServerError"
        lines += [f"{at},mail,steady,1,", f"{at},mail,shaky,{mark}"]
    table, routes = tmp_path / "marked.csv", tmp_path / "routes.yaml"
    table.write_text("\n".join(lines), "utf-8")
    routes.write_text("routes: {mail: [shaky, steady]}\n", "utf-8")
    assert invoke("eval", "gate", table, "--routes", routes, "--baseline", "steady").exit_code == code
