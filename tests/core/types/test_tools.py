"""What came of a run of a tool, and what may follow it."""

import json
from typing import Any

import pytest

from interlock import (
    ApprovalNeeded,
    ApprovalRequest,
    Preview,
    Repeat,
    RequestError,
    Text,
    ToolCall,
    ToolOutcome,
    ToolPolicy,
    ToolRule,
    outcome_to_plain,
)

CALL = ToolCall(id="call_1", name="search")


def test_a_key_is_remembered_for_a_day_where_nobody_says() -> None:
    assert Repeat("key").retention == 24 * 60 * 60
    assert Repeat("key", retention=60).retention == 60
    assert Repeat("none").retention is None


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: Repeat("twice"), "repeat.way: 'twice' is no way; use one of key, natural, read, none"),
        (lambda: Repeat("read", retention=5), "repeat.retention: goes with the way key, not with read"),
        (lambda: Repeat("key", retention=0), "repeat.retention: expected seconds above 0"),
        (lambda: ToolOutcome(outcome="ok"), "outcome: 'ok' is none of done, refused, unknown"),
        (
            lambda: ToolOutcome(outcome="done", reason="limited"),
            "reason: 'limited' goes with the outcome ref",
        ),
        (lambda: ToolOutcome(outcome="unknown", reason="refused"), "goes with the outcome refused, not unkn"),
        (
            lambda: ToolOutcome(outcome="refused", reason="busy"),
            "reason: 'busy' is none of refused, not_sent",
        ),
        (lambda: ToolOutcome(outcome="done", receipt="7"), "receipt: expected a mapping, not str"),
        (lambda: ToolOutcome(outcome="done", receipt={"at": object()}), "receipt.at: object is no JSON"),
        (lambda: Preview(text="x", changes={"n": float("nan")}), "changes.n: nan is no JSON value"),
        (lambda: ToolRule(tools=""), "tools: expected a tool's name or a pattern"),
        (lambda: ToolRule(tools="*", effect="harmless"), "effect: 'harmless' is none of read, write"),
        (lambda: ToolRule(tools="*", settles_within=-1), "settles_within: expected seconds"),
        (
            lambda: ToolPolicy(requires_grant="irreversible"),
            "is none of write, destructive; what is stronger",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(make: Any, complaint: str) -> None:
    with pytest.raises(RequestError, match=complaint):
        make()


def test_a_refusal_has_a_reason() -> None:
    assert ToolOutcome(outcome="refused").reason == "refused"
    assert ToolOutcome(outcome="refused", reason="limited", retry_after=30).retry_after == 30
    assert ToolOutcome(outcome="unknown").reason is None


def test_the_model_is_told_the_content_and_whether_it_went_well() -> None:
    assert ToolOutcome(outcome="done", content="a page").result(CALL).content == "a page"
    assert not ToolOutcome(outcome="done").result(CALL).error
    refused = ToolOutcome(outcome="refused", content="no such page").result(CALL)
    assert (refused.id, refused.name, refused.content, refused.error) == (
        *("call_1", "search"),
        *("no such page", True),
    )


def test_the_model_is_told_what_is_missing_and_how_to_get_it() -> None:
    cut = ToolOutcome(outcome="done", content="a page", more="cursor=abc").result(CALL)
    assert cut.content == "a page\n[This is not all: ask again with cursor=abc.]"
    parts = ToolOutcome(outcome="done", content=(Text("a page"),), truncated=True).result(CALL)
    assert parts.content == (Text("a page"), Text("\n[This is not all: there is no way to the rest.]"))


def test_the_model_is_told_not_to_repeat_what_nobody_knows_of() -> None:
    told = ToolOutcome(outcome="unknown", content="504").result(CALL)
    assert told.error
    assert "Do not ask for it again" in str(told.content)


def test_the_model_is_told_when_to_come_back_after_a_limit() -> None:
    limited = ToolOutcome(outcome="refused", reason="limited", content="too much", retry_after=30)
    assert limited.result(CALL).content == "too much\n[Nothing was done. Ask again in 30 s at the earliest.]"


def test_an_outcome_is_written_down_without_what_the_model_is_told() -> None:
    done = ToolOutcome(outcome="done", content="secret", receipt={"number": 7}, more="page=2")
    told = outcome_to_plain(done)
    assert "secret" not in json.dumps(told)
    assert (told["outcome"], told["receipt"], told["more"], told["error"]) == (
        "done",
        {"number": 7},
        "page=2",
        None,
    )
    asked = ApprovalRequest(call=CALL, effect="irreversible", required=True, tool_digest="t")
    needed = ApprovalNeeded("nobody has approved it", request=asked)
    refused = outcome_to_plain(ToolOutcome(outcome="refused", reason="not_sent", error=needed))
    assert refused["error"] == {"kind": "ApprovalNeeded", "message": "nobody has approved it"}
    assert refused["approval"]["id"] == asked.digest


def test_a_receipt_is_a_copy() -> None:
    receipt = {"ids": [1]}
    outcome = ToolOutcome(outcome="done", receipt=receipt)
    receipt["ids"].append(2)
    assert outcome.receipt == {"ids": [1]}


def test_the_version_of_a_policy_changes_with_whatever_it_says() -> None:
    rules = [
        ToolRule(tools="a"),
        ToolRule(tools="a", effect="write"),
        ToolRule(tools="a", repeat=Repeat("key")),
        ToolRule(tools="a", repeat=Repeat("key", retention=60)),
        ToolRule(tools="a", settles_within=1),
    ]
    policies = [
        ToolPolicy(),
        ToolPolicy(requires_grant="write"),
        *(ToolPolicy(rules=(each,)) for each in rules),
    ]
    assert len({policy.version for policy in policies}) == len(policies)
    assert ToolPolicy(rules=(rules[1],)).version == ToolPolicy(rules=(rules[1],)).version
