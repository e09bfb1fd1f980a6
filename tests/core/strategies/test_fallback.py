import pytest

from interlock.errors import (
    AuthenticationError,
    ContentPolicyViolation,
    ContextLengthExceeded,
    FirstTokenTimeout,
    InvalidRequest,
    OutputInvalid,
    ProtocolError,
    RateLimited,
    Unavailable,
)
from interlock.failures import Action
from interlock.protocols import StrategyCall
from interlock.strategies.actions import action_for
from interlock.strategies.fallback import Fallback
from interlock.types.decisions import Candidate, Outcome
from interlock.types.messages import Text
from interlock.types.response import Answer

ANSWER = Answer(parts=(Text("ok"),), finish_reason="stop")


def run(errors, deployments="ab", retries=2, models=None):
    """The attempts that the strategy asks for while `errors` come back one by one; None is an answer."""
    shortlist = tuple(
        Candidate(deployment=name, model=(models or {}).get(name, f"m/{name}"), region="eu")
        for name in deployments
    )
    steps = Fallback().run(StrategyCall(shortlist=shortlist, retries=retries, random=lambda: 0.5))
    tried, outcome = [], None
    for error in [*errors, "end"]:
        try:
            attempt = next(steps) if outcome is None else steps.send(outcome)
        except StopIteration:
            break
        assert error != "end", f"one attempt too many: {attempt}"
        tried.append((attempt.deployment, attempt.delay))
        answer = ANSWER if error is None else None
        outcome = Outcome(attempt=attempt, answer=answer, error=error)
    return tried


def names(tried):
    return "".join(name for name, _ in tried)


def test_a_first_success_ends_it():
    assert names(run([None])) == "a"


def test_a_failing_deployment_is_retried_and_then_left():
    assert names(run([Unavailable("500")] * 3 + [None])) == "aaab"


def test_retries_are_per_deployment():
    assert names(run([Unavailable("500")] * 6)) == "aaabbb"


def test_no_retries_when_none_are_wanted():
    assert names(run([Unavailable("500"), None], retries=0)) == "ab"


def test_waits_grow():
    delays = [delay for _, delay in run([Unavailable("500")] * 3 + [None])]
    assert delays[0] == 0 < delays[1] < delays[2]
    assert delays[3] == 0, "another deployment need not wait"


def test_a_silent_deployment_is_not_asked_twice():
    assert names(run([FirstTokenTimeout("late"), None])) == "ab"


@pytest.mark.parametrize("error", [AuthenticationError("401"), InvalidRequest("400")])
def test_what_a_retry_cannot_mend_falls_back(error):
    assert names(run([error, None])) == "ab"


def test_a_refusal_is_not_routed_around():
    assert names(run([ContentPolicyViolation("400")])) == "a"


def test_a_request_that_is_too_long_never_meets_the_same_model_again():
    models = {"a": "m/small", "b": "m/small", "c": "m/large"}
    assert names(run([ContextLengthExceeded("400"), None], "abc", models=models)) == "ac"


def test_nobody_waits_for_one_deployment_while_there_is_another():
    assert run([RateLimited("429", retry_after=2), None]) == [("a", 0.0), ("b", 0.0)]
    assert run([RateLimited("429", retry_after=0), None]) == [("a", 0.0), ("a", 0.0)]


def test_a_long_retry_after_falls_back():
    assert names(run([RateLimited("429", retry_after=20), None])) == "ab"


def test_with_nobody_else_a_longer_wait_is_worth_it():
    assert run([RateLimited("429", retry_after=20), None], "a") == [("a", 0.0), ("a", 20)]
    assert names(run([RateLimited("429", retry_after=3600)], "a")) == "a"


def test_an_empty_shortlist_asks_for_nothing():
    assert run([], "") == []


def test_the_most_specific_kind_of_error_decides():
    assert action_for(ContextLengthExceeded("x")) is Action.OTHER_MODEL
    assert action_for(ProtocolError("x")) is Action.RETRY


def test_output_that_does_not_fit_is_mended_once():
    misfit = OutputInvalid("no JSON", text="x")
    assert names(run([misfit, None])) == "aa"
    assert names(run([misfit, misfit, None])) == "aab"
    assert names(run([misfit, Unavailable("500"), Unavailable("500"), None], retries=1)) == "aaab"
