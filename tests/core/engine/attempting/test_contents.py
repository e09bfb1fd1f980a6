"""Answers that came whole and are of no use: what the configuration makes of them."""

from typing import Any

import pytest

from interlock import (
    AllAttemptsFailed,
    Answer,
    ContentPolicyViolation,
    Delta,
    EmptyAnswer,
    OutputInvalid,
    Refusal,
    RefusedAnswer,
    Router,
    StreamInterrupted,
    Text,
    ToolCall,
    TruncatedAnswer,
    Usage,
)
from interlock.testing import scripted_router

PAID = Usage(input_tokens=10, output_tokens=20)
EMPTY = Answer(parts=(), finish_reason="stop", usage=PAID)
BLANK = Answer(parts=(Text(" \n"),), finish_reason="stop", usage=PAID)
CUT = Answer(parts=(Text("The first half"),), finish_reason="length", usage=PAID)
REFUSED = Answer(parts=(Refusal("I would rather not."),), finish_reason="refusal", usage=PAID)
CALL = Answer(parts=(ToolCall(id="1", name="look", arguments={}),), finish_reason="tool_calls")
LOOK = {"name": "look", "description": "", "parameters": {"type": "object", "properties": {}}}


def router(*first: Any, second: Any = ("from the second",), **content: str) -> Router:
    return scripted_router({"a": first, "b": second}, retries={"max": 1}, content=content)


@pytest.mark.parametrize(
    ("answer", "text", "reason"),
    [
        (EMPTY, "", "stop"),
        (CUT, "The first half", "length"),
        (REFUSED, "I would rather not.", "refusal"),
    ],
    ids=["empty", "truncated", "refused"],
)
async def test_by_default_the_caller_is_given_what_came_and_why_it_ended(
    answer: Answer, text: str, reason: str
) -> None:
    response = await router(answer).complete("hi")
    assert (response.text, response.finish_reason) == (text, reason)


@pytest.mark.parametrize(
    ("kind", "answer", "error"),
    [
        ("empty", EMPTY, "EmptyAnswer"),
        ("empty", BLANK, "EmptyAnswer"),
        ("truncated", CUT, "TruncatedAnswer"),
        ("refused", REFUSED, "RefusedAnswer"),
    ],
)
async def test_another_deployment_is_asked_where_the_configuration_says_so(
    kind: str, answer: Answer, error: str
) -> None:
    response = await router(answer, **{kind: "fall_back"}).complete("hi")
    assert response.text == "from the second"
    first = response.record.attempts[0]
    assert first.error is not None
    assert (first.error.kind, first.usage) == (error, PAID)


async def test_a_rule_may_ask_the_same_deployment_again() -> None:
    response = await router(EMPTY, "at last", empty="retry").complete("hi")
    assert (response.text, response.deployment) == ("at last", "a")


@pytest.mark.parametrize(
    ("kind", "answer", "error"),
    [("empty", EMPTY, EmptyAnswer), ("truncated", CUT, TruncatedAnswer), ("refused", REFUSED, RefusedAnswer)],
)
async def test_a_rule_may_end_the_call_with_what_was_answered(
    kind: str, answer: Answer, error: type[TruncatedAnswer]
) -> None:
    with pytest.raises(error) as caught:
        await router(answer, second=(), **{kind: "fail"}).complete("hi")
    assert caught.value.text == (answer.refusal or answer.text)
    assert len(caught.value.attempts) == 1


async def test_when_every_answer_is_empty_the_error_names_each() -> None:
    with pytest.raises(AllAttemptsFailed, match="a: EmptyAnswer: the answer is empty"):
        await router(EMPTY, second=(EMPTY,), empty="fall_back").complete("hi")


async def test_a_required_tool_call_that_is_missing_counts_as_empty() -> None:
    asked = router("I would look.", second=(CALL,), empty="fall_back")
    response = await asked.complete("hi", tools=[LOOK], tool_choice="required")
    assert [call.name for call in response.tool_calls] == ["look"]


async def test_a_tool_call_without_text_is_not_empty() -> None:
    response = await router(CALL, second=(), empty="fail").complete("hi", tools=[LOOK])
    assert response.deployment == "a"


async def test_a_vendors_refusal_is_routed_around_only_when_configured() -> None:
    policy = ContentPolicyViolation("no")
    with pytest.raises(ContentPolicyViolation):
        await router(policy, second=()).complete("hi")
    assert (await router(policy, refused="fall_back").complete("hi")).deployment == "b"


async def test_output_that_does_not_fit_need_not_be_repaired() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    response = await router("no JSON", second=('{"n": 1}',), invalid="fall_back").complete(
        "hi", output=schema
    )
    assert (response.parsed, response.deployment, len(response.record.attempts)) == ({"n": 1}, "b", 2)
    with pytest.raises(OutputInvalid):
        await router("no JSON", second=(), invalid="fail").complete("hi", output=schema)


async def test_what_was_streamed_of_a_cut_answer_is_never_joined_with_another() -> None:
    cut = [Delta("The first half"), Delta(finish_reason="length")]
    whole = [Delta("The first half"), Delta(" and the second"), Delta(finish_reason="stop")]
    stream = router(cut, second=(whole,), truncated="fall_back").stream("hi")
    text = "".join([chunk.text async for chunk in stream])
    assert text == "The first half and the second"
    with pytest.raises(StreamInterrupted) as caught:
        async for _ in router(cut, second=("other words",), truncated="fall_back").stream("hi"):
            pass
    assert caught.value.partial.text == "The first half"


async def test_refusals_and_lengths_say_nothing_about_a_deployments_health() -> None:
    asked = router(*[REFUSED] * 9, second=["b"] * 9, refused="fall_back")
    for _ in range(9):
        await asked.complete("hi")
    assert asked.decide("hi").shortlist[0].deployment == "a"


STRANGE = ToolCall(id="1", name="delete", arguments={})


@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
async def test_a_call_of_a_tool_that_was_not_offered_is_no_answer(streamed: bool) -> None:
    called = Answer(parts=(STRANGE,), finish_reason="tool_calls")
    here = router(called, second=("from the second",))
    if streamed:
        async with here.stream("x", tools=[LOOK], rescue="hold") as stream:
            async for _ in stream:
                pass
        response = stream.response
    else:
        response = await here.complete("x", tools=[LOOK])
    assert response.text == "from the second"
    error = response.record.attempts[0].error
    assert error is not None
    assert (error.kind, error.message) == ("ProtocolError", "the answer calls a tool that was not offered")


async def test_tools_in_the_vendors_own_fields_are_offered_too() -> None:
    called = Answer(parts=(STRANGE,), finish_reason="tool_calls")
    here = scripted_router({"a": [called]}, deployments={"a": {"extra_body": {"tools": [{"x": 1}]}}})
    assert (await here.complete("x", tools=[LOOK])).tool_calls == (STRANGE,)


@pytest.mark.parametrize("choice", ["required", "look"])
async def test_text_in_place_of_a_required_call_is_no_answer(choice: str) -> None:
    called = Answer(parts=(ToolCall(id="1", name="look", arguments={}),), finish_reason="tool_calls")
    here = router("I would rather talk", second=(called,))
    response = await here.complete("x", tools=[LOOK], tool_choice=choice)
    assert response.tool_calls
    error = response.record.attempts[0].error
    assert error is not None
    assert error.kind == "ProtocolError"


async def test_a_call_of_another_tool_than_the_one_that_was_named_is_no_answer() -> None:
    wrong = Answer(parts=(STRANGE,), finish_reason="tool_calls")
    here = router(wrong, second=(CALL,))
    delete = {**LOOK, "name": "delete"}
    response = await here.complete("x", tools=[LOOK, delete], tool_choice="look")
    assert [call.name for call in response.tool_calls] == ["look"]
    assert response.record.attempts[0].error is not None
    assert "another tool" in (response.record.attempts[0].error.message or "")


@pytest.mark.parametrize(
    "body",
    [
        {"functions": []},
        {"toolConfig": {"tools": []}},
        {"additionalModelRequestFields": {"tools": [{"type": "computer"}]}},
    ],
    ids=lambda body: next(iter(body)),
)
async def test_an_operator_may_offer_tools_where_the_request_offers_none(body: dict[str, Any]) -> None:
    here = scripted_router({"a": [CALL]}, deployments={"a": {"extra_body": body}})
    assert (await here.complete("x")).tool_calls
