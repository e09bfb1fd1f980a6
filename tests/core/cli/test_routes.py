"""`interlock routes`: what they are, put to use after a look at recorded traffic, and taken back."""

import json

import pytest

ROUTES = """
format: interlock-routes/1
routes: {creative_content: [down]}
evidence:
  creative_content: {id: 3fa9, measured: 2026-11-30, n: 80, over: fake-1, gain: 0.1, low: 0.02, high: 0.19}
"""


@pytest.fixture
def learned(configured, run, tmp_path):
    """A configuration whose learned routes are not there yet, recorded calls, and routes to be used."""
    path = configured("fake-1", "down", extra="records: sqlite:///calls.db\nlog: sqlite:///log.db\n")
    for prompt in ("Hello", "Write a poem about rain"):
        assert run("ask", "-q", prompt).exit_code == 0
    path.write_text(path.read_text() + "learned_routes: routes.yaml\n")
    (tmp_path / "new.yaml").write_text(ROUTES)
    return tmp_path / "routes.yaml"


def listed(run):
    result = run("routes", "list", "--json")
    assert result.exit_code == 0, result.output
    return {each["task"]: each for each in json.loads(result.stdout)}


def test_learned_routes_are_looked_at_put_to_use_and_taken_back(learned, run, tmp_path):
    applied = run("routes", "apply", "new.yaml", "--yes")
    assert applied.exit_code == 0, applied.output
    assert "another deployment first" in applied.stdout
    assert "+10.0 points [+2.0, +19.0] over fake-1 on 80 prompts (3fa9)" in applied.stdout
    assert learned.read_text() == ROUTES
    row = listed(run)["creative_content"]
    assert (row["models"], row["from"]) == (["down"], "learned")
    assert "3fa9" in row["evidence"]

    (tmp_path / "newer.yaml").write_text(
        ROUTES.replace("down", "fake-1").replace("over: fake-1", "over: down")
    )
    assert run("routes", "apply", "newer.yaml", "--yes").exit_code == 0
    assert listed(run)["creative_content"]["models"] == ["fake-1"]
    back = run("routes", "rollback", "--yes")
    assert back.exit_code == 0, back.output
    assert listed(run)["creative_content"]["models"] == ["down"]
    told = json.loads(run("routes", "history", "--json").stdout)
    assert [each["action"] for each in told] == ["applied", "applied", "rolled_back"]
    assert told[2]["version"] == told[0]["version"]
    assert "rolled back" in run("routes", "history").stdout
    entries = [json.loads(line) for line in run("log", "export").stdout.splitlines()]
    facts = [each["facts"] for each in entries if each["kind"] == "routes"]
    assert [each["action"] for each in facts] == ["applied", "applied", "rolled_back"]
    again = run("routes", "rollback", "--yes")
    assert again.exit_code == 2
    assert "there is no earlier version to go back to" in again.stderr


def test_nothing_is_changed_without_a_yes(learned, run):
    result = run("routes", "apply", "new.yaml", stdin="n\n")
    assert (result.exit_code, learned.exists()) == (1, False)
    assert "Nothing was changed." in result.stderr


def test_routes_that_do_not_fit_are_not_put_to_use(learned, run, tmp_path):
    (tmp_path / "new.yaml").write_text(ROUTES.replace("[down]", "[dwon]"))
    result = run("routes", "apply", "new.yaml", "--yes")
    assert (result.exit_code, learned.exists()) == (2, False)
    assert "new.yaml:3: routes.creative_content.0: 'dwon'" in result.stderr
    assert run("routes", "apply", "nowhere.yaml", "--yes").exit_code == 2


def test_as_json_it_says_what_would_change(learned, run):
    told = json.loads(run("routes", "apply", "new.yaml", "--yes", "--json").stdout)
    assert told["action"] == "applied"
    assert told["replayed"]["moves"][0]["to"] == "down"


def test_a_configuration_without_a_place_for_them_is_told_the_line(configured, run, tmp_path):
    configured("fake-1")
    (tmp_path / "new.yaml").write_text(ROUTES)
    for words in (("apply", "new.yaml"), ("rollback",), ("history",)):
        result = run("routes", *words)
        assert result.exit_code == 2
        assert "Write `learned_routes: routes.yaml`" in result.stderr


def test_each_row_says_where_it_is_from(configured, run):
    configured("fake-1")
    rows = listed(run)
    assert (rows["conversational"]["models"], rows["conversational"]["from"]) == (["fake-1"], "configuration")
    assert rows["quantitative"]["from"] == "built in"
    assert "quantitative" in run("routes", "list").stdout
