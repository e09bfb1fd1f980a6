"""`interlock drill` against a configuration of two vendors that are never reached."""

import json
from types import SimpleNamespace

import pytest

TWO = """
deployments:
  - {id: glm, model: zhipu/glm-5.2, provider: zhipu}
  - {id: mistral, model: mistral/mistral-large-3, provider: mistral}
routes: {conversational: [glm, mistral]}
"""


@pytest.fixture
def configuration(tmp_path):
    def write(text):
        (tmp_path / "interlock.yaml").write_text(text, encoding="utf-8")

    write(TWO)
    return write


@pytest.mark.usefixtures("configuration")
def test_a_pipe_is_given_the_faults_and_results_alone(run):
    result = run("drill", "--scale", "0.1", "--only", "13", "--only", "3")
    assert result.exit_code == 0, result.output
    head, _, *rows = result.stdout.splitlines()
    assert head.split() == ["No.", "The", "upstream", "…", "Verb", "Result", "Seconds", "Calls"]
    assert [row.split()[0] for row in rows] == ["3", "3", "13", "13"]
    assert all("passed" in row for row in rows)
    assert "retries the same deployment once" not in result.stdout
    assert "3 stream: passed" in result.stderr
    assert result.stderr.endswith("Passed: 4 of 4.\n")


@pytest.mark.usefixtures("configuration")
def test_a_terminal_shows_what_is_right_too(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    terminal = SimpleNamespace(isatty=lambda: True)
    monkeypatch.setattr("interlock_drill.verb.sys", SimpleNamespace(stdout=terminal))
    result = run("drill", "--scale", "0.1", "--only", "3")
    assert result.exit_code == 0, result.output
    assert "Right conduct" in result.stdout.splitlines()[0]
    assert result.stdout.count("retries the same deployment once") == 2


@pytest.mark.usefixtures("configuration")
def test_json_and_the_synchronous_verbs(run):
    result = run("drill", "--scale", "0.5", "--only", "12", "--sync", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert [each["verb"] for each in told] == ["complete", "stream", "complete_sync", "stream_sync"]
    assert {(each["number"], each["result"], each["calls"], each["reason"]) for each in told} == {
        (12, "passed", 2, "answered by mistral")
    }


def test_what_the_configuration_does_not_survive_is_named(run, configuration):
    configuration("deployments: [{id: glm, model: zhipu/glm-5.2, provider: zhipu}]\n")
    result = run("drill", "--scale", "0.1", "--only", "4")
    assert result.exit_code == 1
    assert "failed: no answer: Unavailable" in result.stdout
    assert result.stderr.endswith("Passed: 0 of 2.\n")


def test_what_the_constraints_forbid_is_not_tried(run, configuration):
    configuration(
        TWO.replace("zhipu/glm-5.2", "mistral/mistral-large-3") + "constraints: {deny_vendors: [zhipu]}\n"
    )
    result = run("drill", "--scale", "0.1", "--only", "3", "--json")
    assert {each["reason"] for each in json.loads(result.stdout)} == {"answered by mistral"}


def test_nothing_to_try_is_told_apart_from_a_failure(run, configuration):
    configuration(TWO + "constraints: {residency: [us]}\n")
    result = run("drill", "--scale", "0.1", "--only", "4")
    assert result.exit_code == 3
    assert result.stdout.count("skipped: no deployment is allowed: glm: processed in cn") == 2


@pytest.mark.usefixtures("configuration")
@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--only", "99"], "Error: --only: there is no fault 99; there are 1 to 37."),
        (["--only", "4", "--task", "poems"], "Error: task: 'poems' is no task; there are "),
        (["--scale", "0"], "Invalid value for '--scale'"),
    ],
)
def test_wrong_usage_is_refused(run, arguments, complaint):
    result = run("drill", *arguments)
    assert result.exit_code == 2
    assert complaint in result.stderr


def test_its_distribution_keeps_the_rules_for_verbs(run):
    result = run("plugins", "check", "interlock-drill")
    assert result.exit_code == 0, result.stdout
    assert "### command `drill`" in result.stdout
    assert "| runs | passed |" in result.stdout
