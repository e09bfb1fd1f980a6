import asyncio
import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import (
    AllAttemptsFailed,
    Answer,
    Citation,
    Delta,
    Image,
    ProtocolError,
    Reasoning,
    Refusal,
    RequestError,
    StreamInterrupted,
    Text,
    ToolCall,
    TotalTimeout,
    Unavailable,
    Usage,
)
from interlock.testing import Step, scripted_router

BROKEN = ["The answer", " is", ProtocolError("the connection was reset")]


async def read(stream):
    chunks = [chunk async for chunk in stream]
    return "".join(chunk.text for chunk in chunks), chunks


async def test_the_answer_comes_in_steps_and_then_whole():
    router = scripted_router({"a": ["One two three"]})
    stream = router.stream("Count")
    text, chunks = await read(stream)
    assert text == "One two three"
    assert len(chunks) > 3
    assert chunks[-1].response is stream.response
    assert stream.response.text == text
    assert all(chunk.response is None for chunk in chunks[:-1])


async def test_a_block_reads_like_a_loop():
    async with scripted_router({"a": ["One two"]}).stream("Count") as stream:
        assert "".join([chunk.text async for chunk in stream]) == "One two"


parts = st.lists(
    st.one_of(
        st.builds(Text, st.text(min_size=1)),
        st.builds(Reasoning, st.text(min_size=1), vendor=st.just("a")),
        st.builds(Image, data=st.binary(min_size=1), media_type=st.just("image/png")),
        st.builds(
            ToolCall,
            id=st.uuids().map(str),
            name=st.just("look"),
            arguments=st.dictionaries(st.text(), st.integers()),
        ),
    ),
    min_size=1,
    max_size=4,
    unique_by=type,
)


@given(parts=parts, usage=st.builds(Usage, input_tokens=st.integers(0, 9), output_tokens=st.integers(0, 9)))
def test_what_a_stream_yields_equals_the_plain_answer(parts, usage):
    async def both():
        answer = Answer(parts=tuple(parts), finish_reason="stop", usage=usage, served_model="m")
        router = scripted_router({"a": [answer, answer]})
        plain = await router.complete("Go", tools=[{"name": "look"}])
        stream = router.stream("Go", tools=[{"name": "look"}])
        text, chunks = await read(stream)
        folded = stream.response
        assert (text, chunks[-1].tool_calls) == (plain.text, plain.tool_calls)
        assert "".join(chunk.reasoning for chunk in chunks) == plain.reasoning
        for name in ("text", "reasoning", "tool_calls", "finish_reason", "usage", "served_model", "message"):
            assert getattr(folded, name) == getattr(plain, name), name

    asyncio.run(both())


async def test_before_its_first_chunk_a_stream_falls_over_like_a_plain_call():
    router = scripted_router({"a": [Unavailable("503")], "b": ["Here you are"]})
    stream = router.stream("Hello")
    text, _ = await read(stream)
    assert text == "Here you are"
    assert [attempt.deployment for attempt in stream.response.record.attempts] == ["a", "b"]


async def test_a_silent_stream_falls_over():
    router = scripted_router({"a": [Step("late", delay=5)], "b": ["Here"]}, timeouts={"first_token": 0.02})
    stream = router.stream("Hello")
    assert (await read(stream))[0] == "Here"
    assert stream.response.record.attempts[0].error.kind == "FirstTokenTimeout"


async def test_silence_in_the_middle_is_noticed():
    slow = Step(["The answer", " never", " comes"], between=5)
    router = scripted_router({"a": [slow], "b": ["The answer is 42."]}, timeouts={"between_tokens": 0.02})
    stream = router.stream("Hello")
    assert (await read(stream))[0] == "The answer is 42."
    assert stream.response.record.attempts[0].error.kind == "BetweenTokensTimeout"


async def test_the_consumers_own_pauses_do_not_count():
    router = scripted_router({"a": ["One two three"]}, timeouts={"between_tokens": 0.03, "first_token": 0.03})
    words = []
    async for chunk in router.stream("Count"):
        words.append(chunk.text)
        await asyncio.sleep(0.05)
    assert "".join(words) == "One two three"


async def test_a_drip_ends_at_the_total_limit():
    drip = Step(["tick"] * 1_000, between=0.01)
    router = scripted_router({"a": [drip]}, timeouts={"total": 0.05})
    with pytest.raises(TotalTimeout):
        await read(router.stream("Hello"))


async def test_replay_goes_on_without_repeating():
    router = scripted_router({"a": [BROKEN], "b": ["The answer is 42."]})
    stream = router.stream("Hello")
    text, _ = await read(stream)
    assert text == "The answer is 42."
    assert (stream.response.text, stream.response.record.rescue) == (text, "replay")


async def test_replay_never_splices_two_answers():
    router = scripted_router({"a": [BROKEN], "b": ["The result is 42."]})
    heard = []
    with pytest.raises(StreamInterrupted) as caught:
        async for chunk in router.stream("Hello"):
            heard.append(chunk.text)
    assert "".join(heard) == caught.value.partial.text == "The answer is"
    assert caught.value.partial.finish_reason is None
    assert len(caught.value.attempts) == 2


async def test_a_broken_stream_with_nobody_else_is_an_error_with_its_part():
    with pytest.raises(StreamInterrupted) as caught:
        await read(scripted_router({"a": [BROKEN]}).stream("Hello"))
    assert caught.value.partial.text == "The answer is"
    assert isinstance(caught.value.__cause__, ProtocolError)


async def test_raise_asks_nobody_else():
    router = scripted_router({"a": [BROKEN], "b": []}, rescue="raise")
    with pytest.raises(StreamInterrupted):
        await read(router.stream("Hello"))


async def test_hold_shows_nothing_that_may_have_to_be_taken_back():
    router = scripted_router({"a": [BROKEN], "b": ["The result is 42."]})
    text, chunks = await read(router.stream("Hello", rescue="hold"))
    assert text == "The result is 42."
    assert len([chunk for chunk in chunks if chunk.text]) == 1


async def test_restart_is_for_those_who_asked():
    router = scripted_router({"a": [BROKEN], "b": ["The result"]})
    heard = []
    async for chunk in router.stream("Hello", rescue="restart"):
        if chunk.restart:
            heard.clear()
        heard.append(chunk.text)
    assert "".join(heard) == "The result"


async def test_an_unknown_rescue_is_refused_before_anything_is_sent():
    with pytest.raises(RequestError, match="rescue"):
        await read(scripted_router({"a": []}).stream("Hello", rescue="replya"))


async def test_a_stream_that_just_ends_is_not_whole():
    router = scripted_router({"a": [["Half an ans"]]})
    with pytest.raises(StreamInterrupted) as caught:
        await read(router.stream("Hello"))
    assert caught.value.partial.text == "Half an ans"


async def test_an_empty_answer_that_is_right_is_right():
    stream = scripted_router({"a": [[Delta(finish_reason="stop")]]}).stream("Say nothing")
    text, chunks = await read(stream)
    assert (text, len(chunks), stream.response.text) == ("", 1, "")


async def test_a_refusal_in_a_stream_is_heard():
    answer = Answer(parts=(Refusal("No."),), finish_reason="refusal")
    for rescue in ("replay", "hold"):
        stream = scripted_router({"a": [answer]}).stream("Hello", rescue=rescue)
        assert (await read(stream))[0] == "No."
        assert stream.response.finish_reason == "refusal"


async def test_citations_survive_a_stream():
    source = Citation(url="https://example.org")
    answer = Answer(parts=(Text("Paris", citations=(source,)),), finish_reason="stop")
    stream = scripted_router({"a": [answer]}).stream("Capital of France?")
    await read(stream)
    assert stream.response.message.parts[0].citations == (source,)


async def test_when_nobody_starts_the_error_lists_everyone():
    router = scripted_router({"a": [Unavailable("x")], "b": [Unavailable("y")]})
    with pytest.raises(AllAttemptsFailed) as caught:
        await read(router.stream("Hello"))
    assert len(caught.value.attempts) == 2


async def test_output_that_breaks_its_schema_is_never_shown_as_whole():
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    router = scripted_router({"a": ["no json", '{"n": 1}']})
    with pytest.raises(StreamInterrupted):
        await read(router.stream("Hello", output=schema))
    router = scripted_router({"a": ["no json", '{"n": 1}']})
    stream = router.stream("Hello", output=schema, rescue="hold")
    await read(stream)
    assert stream.response.parsed == {"n": 1}


@pytest.mark.parametrize("how", ["break", "aclose", "block", "cancel"])
async def test_leaving_early_closes_the_providers_stream(how):
    closed = asyncio.Event()
    router = scripted_router({"a": []})
    provider = router.wiring.offers.providers["a"]

    async def endless(call):
        try:
            while True:
                yield Delta("tick ")
                await asyncio.sleep(0)
        finally:
            closed.set()

    provider.stream = endless
    if how == "break":
        async for _ in router.stream("Hello"):
            break
        gc.collect()
    elif how == "aclose":
        stream = router.stream("Hello")
        await anext(stream)
        await stream.aclose()
    elif how == "block":
        async with router.stream("Hello") as stream:
            await anext(stream)
    else:
        task = asyncio.create_task(read(router.stream("Hello")))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await asyncio.wait_for(closed.wait(), 1)
    await asyncio.sleep(0)
    assert router.records[-1].cancelled in ("GeneratorExit", "CancelledError")


async def test_a_finished_stream_is_recorded_once():
    router = scripted_router({"a": ["done"]})
    async for chunk in router.stream("Hello"):
        if chunk.response:
            break
    gc.collect()
    await asyncio.sleep(0)
    assert [record.error for record in router.records] == [None]


async def test_an_opening_without_words_is_no_token_yet():
    opening = [Delta(served_model="m", id="1"), "late"]
    router = scripted_router(
        {"a": [Step(opening, between=5)], "b": ["Here"]}, timeouts={"first_token": 0.02, "between_tokens": 60}
    )
    stream = router.stream("Hello")
    assert (await read(stream))[0] == "Here"
    first, second = stream.response.record.attempts
    assert (first.error.kind, first.first_token) == ("FirstTokenTimeout", None)
    assert second.first_token is not None
