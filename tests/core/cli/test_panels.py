"""`interlock ask --ensemble` and `interlock explain --ensemble` against a fake vendor."""

import json

import pytest

from interlock.cli.panels import verdict_lines
from interlock.testing import scripted_router

ENSEMBLE = "ensembles: {{both: {{members: [good, {other}], quorum: {quorum}}}}}"


def ensemble(other: str = "fine", quorum: int = 1) -> str:
    return ENSEMBLE.format(other=other, quorum=quorum)


def test_says_who_was_chosen_and_how_each_member_ended(configured, run):
    configured("good", "down", extra=ensemble("down"))
    result = run("ask", "--ensemble", "both", "Hi")
    assert (result.exit_code, result.stdout) == (0, "Hello there.\n")
    decision, ruling, *members = result.stderr.splitlines()
    assert "down failed (Unavailable)" in decision
    assert ruling == "both: A alone counted, and nobody had to arbitrate"
    assert members == ["  A good · chosen", "  B down · failed (Unavailable)"]


def test_the_response_as_json_has_the_verdict(configured, run):
    configured("good", "fine", extra=ensemble())
    data = json.loads(run("ask", "--json", "--ensemble", "both", "Hi").stdout)
    assert data["ensemble"] == "both"
    verdict = data["verdict"]
    assert (verdict["arbiter"], verdict["chosen"], verdict["agreement"]) == ("vote", ["A", "B"], 1)
    assert [each["deployment"] for each in verdict["members"]] == ["good", "fine"]
    assert [each["member"] for each in data["attempts"]] == ["A", "B"]


def test_without_an_ensemble_there_is_no_verdict(configured, run):
    configured("good", extra=ensemble("good"))
    data = json.loads(run("ask", "--json", "Hi").stdout)
    assert (data["ensemble"], data["verdict"]) == (None, None)


def test_a_contested_answer_is_not_handed_over_in_silence() -> None:
    price = {"price": {"input": 1_000_000, "output": 0}}
    router = scripted_router(
        {"a": ["yes"], "b": ["no"], "c": ["no idea"]},
        ensembles={"x": {"members": ["a", "b", "c"]}},
        deployments={"a": price, "b": {**price, "region": "cn"}, "c": price},
    )
    response = router.complete_sync("Is it?", ensemble="x", constraints={"residency": "eu"})
    ruling, *members = verdict_lines(response.record)
    assert ruling == "x: vote chose A · 50% agree · contested · C says otherwise"
    assert members[0] == "  A a · chosen · $2.00"
    assert members[1].startswith("  B b · left out: ")
    assert members[2] == "  C c · answered · $2.00"


def test_an_unknown_ensemble_is_a_mistake_of_the_caller(configured, run):
    configured("good", extra=ensemble("good"))
    result = run("ask", "--ensemble", "bth", "Hi")
    assert result.exit_code == 2
    assert "Did you mean 'both'?" in result.stderr


def test_explain_says_who_may_be_asked(configured, run, vendor):
    configured("good", "fine", extra=ensemble(quorum=2))
    result = run("explain", "--ensemble", "both", "Hi")
    assert result.exit_code == 0
    assert "Seat" in result.stdout
    assert "both: 2 of 2 may be asked, 2 must answer; vote arbitrates." in result.stderr
    data = json.loads(run("explain", "--json", "--ensemble", "both", "--on-premise", "Hi").stdout)
    assert data["strategy"] == "panel"
    assert [each["deployments"] for each in data["ensemble"]["members"]] == [[], []]
    assert "too few" in run("explain", "--ensemble", "both", "--on-premise", "Hi").stderr
    assert not vendor.bodies


@pytest.mark.usefixtures("without_panels")
def test_models_and_doctor_list_ensembles_and_what_they_lack(configured, run):
    configured("good", "fine", extra=ensemble())
    told = run("models").stdout
    assert "both                good, fine" in told
    assert (
        "select_best: pip install interlock-panels; not ready: anthropic/claude-4-opus, openai/gpt-5.5"
        in told
    )
    told = run("doctor").stdout
    assert "both      yes" in told
    assert "legal_review" not in told
    listed = json.loads(run("doctor", "--json").stdout)
    assert [each for each in listed if "ensemble" in each] == [
        {"ensemble": "both", "ready": True, "lacking": {}}
    ]


@pytest.mark.usefixtures("without_panels")
def test_explaining_an_ensemble_that_lacks_something_says_what_to_do(configured, run):
    configured("good")
    result = run("explain", "--ensemble", "legal_review", "Hi")
    assert result.exit_code == 2
    assert (
        "select_best: pip install interlock-panels; anthropic/claude-4-opus: add a deployment of it"
        in result.stderr
    )
