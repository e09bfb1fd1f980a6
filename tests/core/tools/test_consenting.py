"""A run to which a person may have to agree: what is run, what is asked, and which answers count."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import ApprovalNeeded, Text, ToolCall, ToolOutcome
from interlock.tools import Question, Running, conversed, conversed_sync
from interlock.types.approvals import ApprovalRequest, Grant

CALL = ToolCall(id="call-1", name="pay", arguments={"cents": 500})
DONE = ToolOutcome(outcome="done", content="paid")


def request_of(call: ToolCall = CALL, **more: Any) -> ApprovalRequest:
    told: dict[str, Any] = {"effect": "irreversible", "required": True, "tool_digest": "t", "policy": "p"}
    return ApprovalRequest(call=call, **told | more)


class Till:
    """Runs what is granted, and remembers it."""

    def __init__(self, *, free: bool = False) -> None:
        self.free = free
        self.ran: list[tuple[dict[str, Any], Grant | None]] = []

    def run(self, turn: Running) -> ToolOutcome:
        if not self.free and turn.grant is None:
            raise ApprovalNeeded("nobody has approved it", request=request_of(turn.call))
        self.ran.append((dict(turn.call.arguments), turn.grant))
        return DONE


def answering(*answers: Any) -> Any:
    """Gives these answers one after another, each made of the question; the questions are in `asked`."""
    left = [*answers]

    def ask(question: Question) -> Any:
        ask.asked.append(question)  # type: ignore[attr-defined]  # a list beside the function
        given = left.pop(0)
        return given if given is None or "id" in given else {"id": question.id, "by": "ann", **given}

    ask.asked = []  # type: ignore[attr-defined]  # as above
    return ask


APPROVE, DENY = {"decision": "approve"}, {"decision": "deny", "why": "too late"}


def test_what_needs_nobody_is_run_at_once():
    till, ask = Till(free=True), answering()
    assert conversed_sync(CALL, till.run, ask) is DONE
    assert (ask.asked, len(till.ran)) == ([], 1)


def test_what_is_approved_is_run_under_the_approvers_grant():
    till, ask = Till(), answering(APPROVE)
    assert conversed_sync(CALL, till.run, ask) is DONE
    [(arguments, grant)] = till.ran
    assert arguments == {"cents": 500}
    assert grant is not None
    assert grant.approver == "ann"
    assert grant.arguments_digest == request_of().arguments_digest


async def test_with_await_it_is_the_same():
    till, ask = Till(), answering({"decision": "edit", "arguments": {"cents": 5}}, APPROVE)

    async def run(turn: Running) -> ToolOutcome:
        return till.run(turn)

    async def aask(question: Question) -> Any:
        return ask(question)

    outcome = await conversed(CALL, run, aask)
    assert outcome.content == '[ann changed the arguments to {"cents": 5}]\npaid'
    assert [arguments for arguments, _ in till.ran] == [{"cents": 5}]
    assert ask.asked[0].id != ask.asked[1].id


def test_what_is_denied_is_not_run_and_says_by_whom_and_why():
    till = Till()
    outcome = conversed_sync(CALL, till.run, answering(DENY))
    assert (outcome.outcome, outcome.content) == ("refused", "pay was not run; refused by ann: too late")
    assert till.ran == []


def test_where_nobody_can_be_asked_it_is_refused():
    till = Till()
    outcome = conversed_sync(CALL, till.run, answering(None))
    assert (outcome.outcome, outcome.reason) == ("refused", "not_sent")
    assert isinstance(outcome.error, ApprovalNeeded)
    assert till.ran == []


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"id": "another", "decision": "approve", "by": "ann"}, "not to this question"),
        ({"decision": "maybe"}, "'maybe' is none of approve, deny, edit"),
        ({"decision": "approve", "by": " "}, "nobody's name"),
        ({"decision": "approve", "by": None}, "nobody's name"),
        ({"decision": "edit"}, "which `arguments`"),
        ({"decision": "edit", "arguments": ["cents"]}, "which `arguments`"),
        ({"decision": "edit", "arguments": {"cents": float("nan")}}, "which `arguments`"),
    ],
)
def test_an_answer_that_cannot_be_used_is_asked_for_again(said, problem):
    till, ask = Till(), answering(said, DENY)
    conversed_sync(CALL, till.run, ask)
    assert problem in ask.asked[1].problem
    assert ask.asked[1].about["problem"] == ask.asked[1].problem
    assert till.ran == []


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda it: st.lists(it, max_size=2))
    | st.dictionaries(st.sampled_from(["id", "decision", "by", "arguments"]), st.text() | st.integers())
)
def test_no_other_answer_than_approval_lets_it_run(said):
    till, asked = Till(), []

    def ask(question: Question) -> Any:
        asked.append(question)
        return said if len(asked) == 1 else None

    outcome = conversed_sync(CALL, till.run, ask)
    assert till.ran == []
    assert outcome.outcome == "refused"


def test_a_grant_that_does_not_fit_is_asked_for_again_with_the_reason():
    ask = answering(APPROVE, DENY)
    runs: list[Running] = []

    def run(turn: Running) -> ToolOutcome:
        runs.append(turn)
        why = "the preview has changed" if turn.grant else "nobody has approved it"
        raise ApprovalNeeded(why, request=request_of())

    conversed_sync(CALL, run, ask)
    assert [question.problem for question in ask.asked] == ["", "the preview has changed"]


def test_what_no_run_asks_for_is_raised():
    def run(_: Running) -> ToolOutcome:
        raise ApprovalNeeded("a guardrail asks", guardrail="g")

    with pytest.raises(ApprovalNeeded, match="a guardrail asks"):
        conversed_sync(CALL, run, answering())


def test_a_note_on_edited_arguments_goes_before_parts_too():
    shown = ToolOutcome(outcome="done", content=(Text("paid"),))
    till = Till()
    till.run = lambda turn: shown if turn.call.arguments["cents"] == 5 else Till.run(till, turn)  # type: ignore[method-assign]
    outcome = conversed_sync(CALL, till.run, answering({"decision": "edit", "arguments": {"cents": 5}}))
    assert [part.text for part in outcome.content] == [
        '[ann changed the arguments to {"cents": 5}]\n',
        "paid",
    ]


@pytest.mark.parametrize(
    "more",
    [
        {"call": ToolCall(id="x", name="pay", arguments={"cents": 501})},
        {"tool_digest": "u"},
        {"run": "r"},
        {"step": "s"},
        {"policy": "q"},
    ],
)
def test_a_question_is_another_when_anything_else_would_be_run(more):
    assert request_of(**more).digest != request_of().digest
    same = ToolCall(id="call-2", name="pay", arguments={"cents": 500})
    assert request_of(same).digest == request_of().digest
