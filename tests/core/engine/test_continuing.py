"""A broken stream whose answer the next model goes on with."""

from typing import Any

import pytest

from interlock import (
    Delta,
    InvalidRequest,
    Message,
    Router,
    StreamInterrupted,
    ToolCallDelta,
    Unavailable,
    attempts_to_plain,
)
from interlock.testing import ScriptedProvider, scripted_router

BROKEN = [Delta("The train "), Delta("leaves "), Unavailable("gone")]
REST = [Delta(" at noon."), Delta(finish_reason="stop")]
CLAUDE = {"model": "anthropic/claude-4-opus"}


def router(*second: Any, model: dict[str, str] = CLAUDE) -> tuple[Router, ScriptedProvider]:
    provider = ScriptedProvider(second, "b")
    asked = scripted_router(
        {"a": [BROKEN], "b": provider},
        deployments={"a": {"model": "openai/gpt-5.5"}, "b": model},
        routes={"conversational": ["a", "b"]},
        rescue="continue",
    )
    return asked, provider


async def read(asked: Router, **options: Any) -> tuple[str, Any]:
    stream = asked.stream("When does it leave?", task="conversational", **options)
    text = "".join([chunk.text async for chunk in stream])
    return text, stream.response


async def test_the_next_model_is_given_what_was_delivered_and_goes_on() -> None:
    asked, provider = router(REST)
    text, response = await read(asked)
    assert text == response.text == "The train leaves at noon."
    assert response.message.text == "The train leaves at noon."
    assert provider.calls[0].request.messages[-1] == Message("assistant", "The train leaves")
    assert (response.model, response.record.rescue) == ("anthropic/claude-4-opus", "continue")


async def test_a_vendor_that_refuses_the_beginning_is_asked_for_the_whole() -> None:
    whole = [Delta("The train leaves "), Delta("at noon."), Delta(finish_reason="stop")]
    asked, provider = router(InvalidRequest("no prefill"), whole)
    text, response = await read(asked)
    assert text == response.text == "The train leaves at noon."
    assert [len(call.request.messages) for call in provider.calls] == [2, 1]
    assert [attempt.error and attempt.error.kind for attempt in response.record.attempts] == [
        "Unavailable",
        "PrefillRejected",
        None,
    ]
    assert response.record.rescue == "replay"


async def test_a_refused_beginning_keeps_what_the_vendor_said_and_records_do_not() -> None:
    words = "400 from the vendor: not after The train leaves"
    refusal = InvalidRequest(
        words, status=400, code="no_prefill", vendor_message=words[21:], request_id="r1", retry_after=2.0
    )
    asked, _ = router(refusal, refusal)
    with pytest.raises(StreamInterrupted) as caught:
        await read(asked)
    error = next(each.error for each in caught.value.attempts if each.error.kind == "PrefillRejected")
    assert words in error.message
    assert (error.status, error.code, error.request_id) == (400, "no_prefill", "r1")
    assert "leaves" not in str(attempts_to_plain(caught.value.attempts))


async def test_a_model_that_cannot_go_on_must_repeat_what_was_delivered() -> None:
    asked, provider = router(REST, model={"model": "zhipu/glm-5.2"})
    with pytest.raises(StreamInterrupted) as caught:
        await read(asked)
    assert caught.value.partial.text == "The train leaves "
    assert len(provider.calls[0].request.messages) == 1


async def test_thoughts_that_were_delivered_cannot_be_gone_on_from() -> None:
    thought = [Delta(reasoning="Noon, I think."), *BROKEN]
    provider = ScriptedProvider([REST], "b")
    asked = scripted_router(
        {"a": [thought], "b": provider},
        deployments={"a": {"model": "openai/gpt-5.5"}, "b": CLAUDE},
        routes={"conversational": ["a", "b"]},
        rescue="continue",
    )
    with pytest.raises(StreamInterrupted):
        await read(asked)
    assert len(provider.calls[0].request.messages) == 1


async def test_half_a_tool_call_is_never_gone_on_from() -> None:
    half = [
        Delta(tool_calls=(ToolCallDelta(index=0, id="1", name="pay", arguments='{"am'),)),
        Unavailable("gone"),
    ]
    asked = scripted_router({"a": [half], "b": []}, deployments={"b": CLAUDE}, rescue="continue")
    with pytest.raises(StreamInterrupted):
        await read(asked)


async def test_an_answer_that_goes_on_in_its_own_way_is_not_spliced() -> None:
    asked, _ = router(
        [Delta("at noon."), Delta(finish_reason="stop")]
    )  # the blank was delivered, and is not repeated
    with pytest.raises(StreamInterrupted):
        await read(asked)


async def test_an_answer_that_does_not_fit_is_mended_and_not_gone_on_from() -> None:
    schema = {"type": "object", "properties": {"hour": {"type": "integer"}}, "required": ["hour"]}
    misfit = [Delta("At "), Delta("noon."), Delta(finish_reason="stop")]
    provider = ScriptedProvider([misfit, [Delta('{"hour": 12}'), Delta(finish_reason="stop")]], "b")
    asked = scripted_router({"b": provider}, deployments={"b": CLAUDE}, rescue="continue")
    with pytest.raises(StreamInterrupted) as caught:
        await read(asked, output=schema)
    assert caught.value.partial.text == "At noon."
    assert [message.role for message in provider.calls[1].request.messages] == ["user", "assistant", "user"]
    assert asked.records[-1].rescue == "replay"


async def test_a_refusal_is_not_gone_on_from() -> None:
    refusal = [Delta("I would rather not."), Delta(finish_reason="refusal")]
    provider = ScriptedProvider([REST], "b")
    asked = scripted_router(
        {"a": [refusal], "b": provider},
        deployments={"a": {"model": "openai/gpt-5.5"}, "b": CLAUDE},
        routes={"conversational": ["a", "b"]},
        rescue="continue",
        content={"refused": "fall_back"},
    )
    with pytest.raises(StreamInterrupted):
        await read(asked)
    assert len(provider.calls[0].request.messages) == 1
