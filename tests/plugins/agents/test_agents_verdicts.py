"""What an outcome says of an effect, what may follow, and whose an effect is."""

from dataclasses import replace
from typing import Any

import pytest

from interlock import Repeat, ToolOutcome
from interlock.tools import Classified
from interlock_agents.ledger.effects import Effect
from interlock_agents.ledger.leases import Now
from interlock_agents.ledger.verdicts import following, horizon, meaning
from interlock_agents.places import Place

EFFECT = Effect(
    place=Place(run="r", node="n"),
    tool="send",
    tool_digest="d",
    call_id="c",
    arguments={},
    arguments_digest="a",
    key="k",
    repeat=Repeat("key"),
    settles_within=5.0,
    effect="write",
    state="sent",
    tries=1,
)
AGAIN = replace(EFFECT, tries=2)
DOUBTED = replace(AGAIN, doubtful=True)
LOOKED_FOR = replace(AGAIN, repeat=Repeat("read"))


@pytest.mark.parametrize(
    ("effect", "outcome", "reason", "means"),
    [
        (EFFECT, "done", None, "confirmed"),
        (EFFECT, "unknown", None, "again"),
        (EFFECT, "refused", "refused", "failed"),
        (EFFECT, "refused", "not_sent", "failed"),
        (EFFECT, "refused", "limited", "failed"),
        (EFFECT, "refused", "conflict", "failed"),
        (AGAIN, "refused", "refused", "failed"),
        (AGAIN, "refused", "conflict", "again"),
        (LOOKED_FOR, "refused", "conflict", "failed"),
        (DOUBTED, "done", None, "confirmed"),
        (DOUBTED, "refused", "refused", "refused"),
        (DOUBTED, "refused", "not_sent", "again"),
        (DOUBTED, "refused", "limited", "again"),
        (DOUBTED, "refused", "conflict", "again"),
    ],
)
def test_a_refusal_is_a_failure_only_where_no_earlier_sending_may_have_happened(
    effect: Effect, outcome: Any, reason: Any, means: str
) -> None:
    assert meaning(effect, ToolOutcome(outcome=outcome, reason=reason)) == means


@pytest.mark.parametrize(
    ("way", "changed", "step"),
    [
        ("key", {}, "send"),
        ("key", {"fresh": False}, "ask"),
        ("key", {"fresh": False, "can_find": True}, "read"),
        ("key", {"same": False}, "ask"),
        ("key", {"same": False, "can_find": True}, "read"),
        ("key", {"refused": True}, "ask"),
        ("key", {"refused": True, "can_find": True}, "read"),
        ("natural", {}, "send"),
        ("natural", {"fresh": False}, "send"),
        ("natural", {"same": False}, "ask"),
        ("read", {"can_find": True}, "read"),
        ("read", {}, "ask"),
        ("none", {}, "ask"),
        ("none", {"can_find": True}, "ask"),
    ],
)
def test_what_follows_is_what_the_tool_allows_and_never_a_guess(
    way: Any, changed: dict[str, bool], step: str
) -> None:
    facts = {"same": True, "can_find": False, "fresh": True, "refused": False} | changed
    assert following(Classified("write", Repeat(way), 0.0), **facts) == step


def test_the_longer_horizon_counts_where_what_was_said_has_changed() -> None:
    assert [horizon(EFFECT, Classified("write", Repeat("read"), seconds)) for seconds in (0.0, 9.0)] == [5, 9]


@pytest.mark.parametrize(
    ("now", "left"),
    [
        (Now(at=100, boot="b", elapsed=50), 30),
        (Now(at=131, boot="b", elapsed=81), -1),
        (Now(at=500, boot="b", elapsed=51), 29),  # the store's clock was set forward
        (Now(at=500, boot="other", elapsed=51), -370),
        (Now(at=500, boot="", elapsed=51), -370),
        (Now(at=50, boot="b", elapsed=81), 80),  # set back: it waits
    ],
)
def test_on_one_machine_no_clock_that_is_set_ends_a_lease(now: Now, left: float) -> None:
    effect = replace(EFFECT, **Now(at=100, boot="b", elapsed=50).lease(30))
    assert now.left(effect) == left
