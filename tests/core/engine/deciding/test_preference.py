"""What a request prefers goes first, and never anywhere else; and its own timeout."""

import pytest

from interlock import Constraints, NoDeployment, RequestError, TotalTimeout
from interlock.testing import Step, scripted_router


@pytest.fixture
def router():
    return scripted_router(
        {"a": ["x"] * 3, "b": ["y"] * 3},
        deployments={"b": {"region": "local"}},
        routes={"conversational": ["a", "b"]},
    )


def shortlist(decision) -> list[str]:
    return [candidate.deployment for candidate in decision.shortlist]


def test_a_preferred_deployment_goes_first_and_the_decision_says_why(router):
    decision = router.decide("hello", prefer="b")
    assert shortlist(decision) == ["b", "a"]
    assert decision.reason == "explicit"
    assert decision.shortlist[0].reasons[-1] == "moved to the front: the request prefers it"
    assert router.complete_sync("hello", prefer="b").text == "y"


@pytest.mark.parametrize("prefer", ["a", "nowhere", None])
def test_what_is_first_already_or_not_there_changes_nothing(router, prefer):
    with_it, without = router.decide("hello", prefer=prefer), router.decide("hello")
    assert (with_it.shortlist, with_it.reason) == (without.shortlist, without.reason)


def test_a_preference_adds_nothing_to_the_shortlist(router):
    assert shortlist(router.decide("hello", model="a", prefer="b")) == ["a"]
    denied = Constraints(deny_vendors=frozenset({"scripted"}))
    assert shortlist(router.decide("hello", constraints=denied, prefer="b")) == []
    with pytest.raises(NoDeployment):
        router.complete_sync("hello", constraints=denied, prefer="b")


def test_when_the_preferred_one_fails_the_next_answers():
    router = scripted_router({"a": ["x"], "b": [RuntimeError("dead")]})
    assert router.complete_sync("hello", prefer="b").deployment == "a"


def test_a_preference_is_a_name(router):
    with pytest.raises(RequestError, match="prefer: expected a name"):
        router.decide("hello", prefer=3)


def test_a_requests_timeout_tightens_the_routers_total():
    router = scripted_router({"a": [Step("x", delay=30)]})
    with pytest.raises(TotalTimeout, match=r"within 0\.05 s"):
        router.complete_sync("hello", timeout=0.05)


def test_a_requests_timeout_never_loosens_it():
    router = scripted_router({"a": [Step("x", delay=30)]}, timeouts={"total": 0.05})
    with pytest.raises(TotalTimeout, match=r"within 0\.05 s"):
        router.complete_sync("hello", timeout=600)


@pytest.mark.parametrize("timeout", [0, -1, "5", True, float("inf"), float("nan")])
def test_a_timeout_is_a_number_of_seconds(router, timeout):
    with pytest.raises(RequestError, match="timeout: expected a number of seconds"):
        router.decide("hello", timeout=timeout)


def test_tokens_are_those_of_the_decision(router):
    tool = {"name": "add", "description": "Adds. " * 20, "parameters": {"type": "object", "properties": {}}}
    assert router.count_tokens("hello") == router.decide("hello").input_tokens
    assert router.count_tokens("hello", tools=[tool]) > router.count_tokens("hello")


def test_the_ways_of_rescue_can_be_asked(router):
    assert router.rescue == "replay"
    assert scripted_router({"a": []}, rescue="hold").rescue == "hold"
