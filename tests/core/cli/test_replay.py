"""`interlock replay`: what another configuration would have decided."""

import json

import pytest

KEPT = "records: sqlite:///calls.db\n"


@pytest.fixture
def other(configured, run, tmp_path):
    """Calls under one configuration; writes another one beside it, with parts of the text replaced."""
    text = configured("fake-1", "down", extra=KEPT).read_text()
    for prompt in ("Hello", "Hello again", "Write a poem about rain"):
        assert run("ask", "-q", prompt).exit_code == 0

    def write(*replacements):
        changed = text
        for before, after in replacements:
            assert before in changed
            changed = changed.replace(before, after)
        target = tmp_path / "other.yaml"
        target.write_text(changed)
        return str(target)

    return write


def replayed(run, *options):
    result = run("replay", "--json", *options)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_same_configuration_decides_the_same(other, run):
    told = replayed(run)
    assert (told["decisions"], told["same"], told["moves"]) == (3, 3, [])
    assert replayed(run, "--config", other())["same"] == 3


def test_another_route_moves_what_it_concerns(other, run, vendor):
    asked = len(vendor.bodies)
    path = other(("[fake-1, down]", "[down]"))
    told = replayed(run, "--config", path)
    assert (told["moved"], told["same"]) == (2, 1)
    (move,) = told["moves"]
    assert (move["from"], move["to"], move["calls"]) == ("fake-1", "down", 2)
    assert move["why"] == "down: primary for conversational"
    assert told["cost"]["calls"] == 3
    result = run("replay", "--config", path)
    assert "another deployment first" in result.stdout
    assert "down: primary for conversational" in result.stdout
    assert "nothing is classified again" in result.stderr
    assert len(vendor.bodies) == asked, "nobody is called"


def test_what_it_would_cost(other, run):
    path = other((KEPT, "models: [{id: zhipu/glm-5.2, price: {input: 1000, output: 0}}]\n"))
    told = replayed(run, "--config", path)
    assert told["cost"]["now"] == pytest.approx(3 * 1200 * 1000 / 1e6)
    assert told["cost"]["now"] > told["cost"]["then"] > 0
    assert "$3.60" in run("replay", "--config", path).stdout


def test_a_stricter_rule_excludes(other, run):
    path = other((KEPT, "constraints: {residency: [us]}\n"))
    told = replayed(run, "--config", path)
    assert told["excluded"] == 3
    assert told["moves"][0]["to"] is None
    assert "the residency allows us only" in told["moves"][0]["why"]
    text = run("replay", "--config", path).stdout
    assert "nothing may serve it any more" in text
    assert "nobody" in text


def test_a_deployment_of_another_name(other, run):
    told = replayed(run, "--config", other(("id: fake-1", "id: better"), ("[fake-1, down]", "[better]")))
    assert [(move["from"], move["to"]) for move in told["moves"]] == [("fake-1", "better")]
    assert told["moves"][0]["why"] == "fake-1 is no deployment of this configuration"


def test_filters_choose_the_calls(other, run):
    assert replayed(run, "--task", "creative_content")["decisions"] == 1
    assert replayed(run, "--limit", "2")["decisions"] == 2
    nothing = run("replay", "--since", "2100-01-01")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert "No such call is recorded." in nothing.stderr


def test_calls_of_evaluations_are_left_out_and_counted(other, run):
    assert run("ask", "-q", "--metadata", "evaluation=run", "Hello").exit_code == 0
    told = replayed(run)
    assert (told["decisions"], told["evaluations_left_out"]) == (3, 1)
    told = replayed(run, "--evaluations")
    assert (told["decisions"], told["evaluations_left_out"]) == (4, 0)
    assert "Left out: 1 call of evaluations; --evaluations counts them in." in run("replay").stderr
    alone = run("replay", "--metadata", "evaluation=run").stderr
    assert "No such call is recorded. Left out: 1 call of evaluations" in alone


def test_records_may_be_named_by_the_other_configuration_alone(other, run, tmp_path, configured):
    path = other()
    configured("fake-1", "down")
    assert replayed(run, "--config", path)["decisions"] == 3


def test_where_nothing_is_kept_the_next_step_is_told(configured, run):
    configured("good")
    result = run("replay")
    assert result.exit_code == 2
    assert "records: sqlite:///interlock.db" in result.stderr


def test_a_bad_configuration_is_told_as_ever(other, run, tmp_path):
    (tmp_path / "bad.yaml").write_text("deploymnts: []\n")
    result = run("replay", "--config", "bad.yaml")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: bad.yaml:1: deploymnts")


ROUTES = """
format: interlock-routes/1
routes: {creative_content: [down], conversational: [down]}
evidence:
  creative_content: {id: 3fa9, measured: 2026-11-30, n: 80, over: fake-1, gain: 0.1, low: 0.02, high: 0.19}
"""


def test_learned_routes_are_tried_before_they_are_used(other, run, tmp_path, vendor):
    asked = len(vendor.bodies)
    (tmp_path / "learned.yaml").write_text(ROUTES)
    told = replayed(run, "--routes", "learned.yaml")
    assert (told["moved"], told["same"]) == (1, 2)
    assert {each["task"]: (each["calls"], each["moved"]) for each in told["tasks"]} == {
        "conversational": (2, 0),
        "creative_content": (1, 1),
    }
    assert [each["expected"] for each in told["tasks"]] == [
        None,
        {"calls": 1, "gain": 0.1, "low": 0.02, "high": 0.19, "evidence": "3fa9"},
    ]
    shown = run("replay", "--routes", "learned.yaml")
    assert "+10.0 points [+2.0, +19.0] over fake-1 on 80 prompts (3fa9)" in shown.stdout
    assert "own `routes` go before what was learned of: conversational." in shown.stderr
    assert len(vendor.bodies) == asked, "nobody is called"


def test_learned_routes_that_are_none_are_told_with_their_line(other, run, tmp_path):
    (tmp_path / "learned.yaml").write_text(ROUTES.replace("[down], conv", "[dwon], conv"))
    result = run("replay", "--routes", "learned.yaml")
    assert result.exit_code == 2
    assert "learned.yaml:3: routes.creative_content.0: 'dwon' is neither a model nor" in result.stderr
