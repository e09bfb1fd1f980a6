"""What the command line says of cascades, against a fake vendor."""

import json

from interlock.cli.cascades import cascade_lines
from interlock.testing import scripted_router

CASCADE = "cascades: {{default: {{steps: [{steps}], {rest}}}}}"


def cascade(steps: str = "down, good", rest: str = "max_steps: 2") -> str:
    return CASCADE.format(steps=steps, rest=rest)


def test_says_what_became_of_each_step(configured, run):
    configured("down", "good", extra=cascade())
    result = run("ask", "Hi")
    assert (result.exit_code, result.stdout) == (0, "Hello there.\n")
    _, head, *steps = result.stderr.splitlines()
    assert head == "Cascade default: schema judges"
    assert steps == ["  1 down · failed: Unavailable", "  2 good · asked last, and judged by nobody"]


def test_the_response_as_json_has_the_cascade(configured, run):
    configured("down", "good", extra=cascade())
    told = json.loads(run("ask", "--json", "Hi").stdout)["cascade"]
    assert (told["name"], told["accepted"], told["escalated"]) == ("default", True, 1)
    assert [(each["step"], each["outcome"]) for each in told["steps"]] == [
        ("down", "failed"),
        ("good", "last"),
    ]


def test_a_rejected_answer_is_not_printed_in_silence(configured, run):
    configured(
        "good", "down", extra=cascade("good, down", "signal: logprobs, threshold: 0.5, rejected: hand_over")
    )
    result = run("ask", "Hi")
    assert "a rejected one" in result.stderr
    assert "1 good · rejected, and handed over: no logprobs" in result.stderr


def test_explains_which_steps_a_prompt_would_take(configured, run, vendor):
    configured("down", "good", extra=cascade())
    result = run("explain", "Hi")
    assert "Cascade default: schema; at most 2 steps." in result.stderr
    assert "Step" in result.stdout
    data = json.loads(run("explain", "--json", "Hi").stdout)
    assert data["strategy"] == "cascade"
    assert [each["name"] for each in data["cascade"]["steps"]] == ["down", "good"]
    assert not vendor.bodies


def test_a_step_says_by_how_much_it_failed_and_what_it_cost() -> None:
    router = scripted_router(
        {"a": ["Rome"], "b": ["Oslo"], "c": ["Paris"]},
        cascades={"default": {"steps": ["a", "b", "c"], "signal": "agreement"}},
        deployments={name: {"price": {"input": 1_000_000, "output": 0}} for name in "abc"},
    )
    head, *steps = cascade_lines(router.complete_sync("Which?").record)
    assert head == "Cascade default: agreement judges · uncalibrated"
    assert steps[0] == "  1 a · not enough: no other says the same · $1.00"


def test_explains_that_a_step_would_cost_too_much(configured, run):
    configured("down", "good", extra=cascade(rest="max_cost: 0.0001"))
    assert "over max_cost" in run("explain", "Hi").stdout
