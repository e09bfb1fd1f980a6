"""Streams: cut calls, other ways of delivery, broken streams, and events."""

import pytest
from langchain_core.exceptions import ModelAPIError
from langchain_core.language_models.chat_model_stream import ChatModelStream
from langchain_core.messages import AIMessageChunk

from interlock import Delta, StreamInterrupted, ToolCallDelta, Unavailable, Usage
from interlock.testing import ScriptedProvider, Step, scripted_router
from langchain_interlock import ChatInterlock

TOOLS = [
    {"name": name, "description": "", "parameters": {"type": "object", "properties": {}}}
    for name in ("add", "transfer")
]
END = Delta(finish_reason="stop", usage=Usage(input_tokens=1, output_tokens=1))


def chat(*scripts, **config) -> ChatInterlock:
    providers = {name: ScriptedProvider(script, name) for name, script in zip("abc", scripts, strict=False)}
    return ChatInterlock(router=scripted_router(providers, **config))


def folded(model: ChatInterlock, **options) -> AIMessageChunk:
    first, *rest = model.stream("x", **options)
    return first + rest


@pytest.mark.parametrize(
    "written", ["", "{", '{"a": 1', '{"a": "b', '{"a": "b\\', '{"a": [1, [2', '{"a": {"b": "]', '{"a": 1}']
)
@pytest.mark.parametrize("version", [None, "v1"])
def test_a_call_that_was_cut_off_is_never_a_call(written, version):
    """LangChain closes open JSON itself, and an agent would run half a call as a whole one."""
    calls = ToolCallDelta(index=0, id="c1", name="transfer", arguments=written)
    cut = [Delta(tool_calls=(calls,)), Delta(finish_reason="length", usage=Usage(output_tokens=9))]
    model = ChatInterlock(router=scripted_router({"a": [Step(cut)] * 2}), output_version=version)
    message = folded(model, tools=TOOLS)
    whole = model.invoke("x", tools=TOOLS)
    assert message.tool_calls == whole.tool_calls == ([] if written != '{"a": 1}' else whole.tool_calls)
    assert message.response_metadata["finish_reason"] == "length"


def test_parallel_calls_whose_ids_come_late_or_never():
    deltas = [
        Delta("Both. "),
        Delta(tool_calls=(ToolCallDelta(index=0, name="add", arguments='{"a"'),)),
        Delta(tool_calls=(ToolCallDelta(index=0, arguments=": 1}"),)),
        Delta(tool_calls=(ToolCallDelta(index=1, id="c2", name="add", arguments="{}"),)),
        Delta(finish_reason="tool_calls"),
    ]
    for version in (None, "v1"):
        model = ChatInterlock(router=scripted_router({"a": [Step(deltas)]}), output_version=version)
        message = folded(model, tools=TOOLS)
        assert [(call["id"], call["args"]) for call in message.tool_calls] == [
            ("call_0", {"a": 1}),
            ("c2", {}),
        ]
        assert [block["type"] for block in message.content_blocks] == ["text", "tool_call", "tool_call"]


def test_a_stream_without_a_word_is_an_answer():
    chunks = list(chat([[END]]).stream("x"))
    assert [chunk.text for chunk in chunks] == [""]
    assert chunks[0].chunk_position == "last"
    assert chunks[0].usage_metadata["input_tokens"] == 1


def test_streaming_as_a_field_goes_through_the_stream():
    provider = ScriptedProvider(["one two"], "a")
    model = ChatInterlock(router=scripted_router({"a": provider}), streaming=True)
    assert model.invoke("x").text == "one two"
    assert model._router.records[-1].streamed


def test_a_held_stream_comes_in_one_piece():
    call = ToolCallDelta(index=0, id="c1", name="add", arguments="{}")
    said = [Delta(reasoning="Hm."), Delta("a "), Delta("b"), Delta(tool_calls=(call,)), END]
    message = folded(chat([said]), rescue="hold", tools=TOOLS)
    assert (message.text, message.additional_kwargs["reasoning_content"]) == ("a b", "Hm.")
    assert [call["id"] for call in message.tool_calls] == ["c1"]


BROKEN = [Delta("one "), Delta("two "), Unavailable("gone")]


def test_a_broken_stream_goes_on_where_the_next_repeats_it():
    message = folded(chat([BROKEN], ["one two three"]))
    assert message.text == "one two three"
    assert message.response_metadata["interlock"]["deployment"] == "b"
    assert message.response_metadata["interlock"]["rescue"] == "replay"


def test_a_broken_stream_that_cannot_go_on_is_an_error_of_both_houses():
    with pytest.raises(StreamInterrupted) as caught:
        folded(chat([BROKEN], ["something else"]))
    assert isinstance(caught.value, ModelAPIError)
    assert caught.value.partial.text == "one two "
    assert [attempt.deployment for attempt in caught.value.attempts] == ["a", "b"]


def test_a_restart_is_for_callers_who_ask_for_it():
    """LangChain adds all chunks up: a configured restart would hand over two answers as one."""
    with pytest.raises(StreamInterrupted):
        folded(chat([BROKEN], ["something else"], rescue="restart"))
    chunks = list(chat([BROKEN], ["something else"]).stream("x", rescue="restart"))
    restarted = [chunk.response_metadata.get("interlock", {}).get("restart") for chunk in chunks]
    since = restarted.index(True)
    assert "".join(chunk.text for chunk in chunks[since + 1 :]) == "something else"


async def test_events_of_the_third_version():
    said = [Delta(reasoning="Hm."), Delta("a "), Delta("b"), END]
    stream = chat([said]).stream_events("x", version="v3")
    assert isinstance(stream, ChatModelStream)
    events = [event["event"] for event in stream]
    assert events[0] == "message-start"
    assert events[-1] == "message-finish"
    assert stream.output.text == "a b"
    assert stream.output.usage_metadata["input_tokens"] == 1
    assert [block["type"] for block in stream.output.content_blocks] == ["reasoning", "text"]
