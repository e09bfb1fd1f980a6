"""Answers in the words of OpenAI's own types, closed to what they do not name but for what servers add."""

import json
from dataclasses import replace

import pytest
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from interlock import Chunk, Image, Reasoning, Refusal, Text, ToolCall, ToolCallDelta, Usage
from interlock_server.dialects.chat import CHAT
from interlock_server.dialects.events import json_bytes
from interlock_server.problems import Problem
from server_answers import REPLY, chunks_of, response_of

ASKED = CHAT.read({"model": "auto", "messages": [{"role": "user", "content": "hello"}]})
COUNTED = replace(ASKED, stream=True, keeps={"usage": True})
CALL = ToolCall(id="c1", name="look", arguments={"a": 1})
# What the types do not name, and servers of this dialect add.
_ADDED = {"reasoning_content", "reasoning_details", "extra_content", "cache_write_tokens", "images"}
PICTURE = Image(data=b"\x89PNG", media_type="image/png")
COUNTS = Usage(input_tokens=1, output_tokens=2, cache_read=1, cache_write=0, reasoning=1)
PROBABLE = {"token": "x", "logprob": -1.0, "top_logprobs": []}
ANSWERS = {
    "text": response_of([Text("Hello.")]),
    "cut": response_of([Text("Hel")], "length"),
    "calls": response_of([Text("Let me see."), CALL, replace(CALL, id="c2", arguments={})], "tool_calls"),
    "refusal": response_of([Refusal("No.")], "refusal"),
    "filtered": response_of([Text("I would")], "refusal"),
    "thought": response_of([Reasoning("Hm.", vendor="a", signature="s"), Text("Hello.")]),
    "signed call": response_of([replace(CALL, signature="s", vendor="google")], "tool_calls"),
    "nothing": response_of([]),
    "picture": response_of([Text("Here."), PICTURE]),
    "counts": response_of([Text("x")], usage=COUNTS),
    "no counts": response_of([Text("x")], usage=Usage()),
    "probable": response_of([Text("x")], extra={"logprobs": {"content": [PROBABLE]}}),
}


def named(kind, value):
    """The value as the SDK reads it, every field of which is one of its own."""
    read = kind.model_validate(value, strict=True)
    _closed(read)
    return read


def _closed(value):
    if hasattr(value, "model_extra"):
        assert set(value.model_extra or ()) <= _ADDED
        for name in type(value).model_fields:
            _closed(getattr(value, name))
    elif isinstance(value, list):
        for each in value:
            _closed(each)


def events_of(response, chunks=None, asked=COUNTED):
    writer = CHAT.writer(asked, REPLY)
    told = writer.begin() + b"".join(writer.chunk(each) for each in chunks or chunks_of(response))
    lines = (told + writer.end(response)).decode().split("\n\n")
    assert lines.pop() == ""
    assert lines.pop() == "data: [DONE]"
    return [json.loads(line.removeprefix("data: ")) for line in lines]


@pytest.mark.parametrize("name", ANSWERS)
def test_whole_answers_are_the_sdks(name):
    body = json.loads(json_bytes(CHAT.answer(ASKED, ANSWERS[name], REPLY)))
    read = named(ChatCompletion, body)
    assert (read.id, read.created, read.model) == ("chatcmpl-1", REPLY.created, "maker/model")
    assert (read.usage is None) == (name == "no counts")


@pytest.mark.parametrize("name", ANSWERS)
def test_events_are_the_sdks(name):
    steps = [named(ChatCompletionChunk, event) for event in events_of(ANSWERS[name])]
    assert steps[0].choices[0].delta.role == "assistant"
    *said, counted = steps
    assert counted.choices == []
    ends = [step.choices[0].finish_reason for step in said]
    assert set(ends[:-1]) == {None}
    assert ends[-1] == CHAT.answer(ASKED, ANSWERS[name], REPLY)["choices"][0]["finish_reason"]
    assert len({step.id for step in steps}) == 1


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("text", "stop"),
        ("cut", "length"),
        ("calls", "tool_calls"),
        ("refusal", "stop"),
        ("filtered", "content_filter"),
    ],
)  # fmt: skip
def test_how_an_answer_ended_is_said_in_the_dialects_words(name, reason):
    assert CHAT.answer(ASKED, ANSWERS[name], REPLY)["choices"][0]["finish_reason"] == reason


def test_calls_are_told_without_gaps_with_id_and_name_first():
    pieces = [
        ToolCallDelta(index=3, arguments='{"a"'),
        ToolCallDelta(index=3, name="look", arguments=": 1"),
        ToolCallDelta(index=7, id="c2", name="look"),
        ToolCallDelta(index=3, arguments="}"),
    ]
    response = response_of([replace(CALL, id="call_3"), replace(CALL, id="c2", arguments={})], "tool_calls")
    chunks = [*(Chunk(tool_call_deltas=(piece,)) for piece in pieces), Chunk(response=response)]
    told = [
        call
        for event in events_of(response, chunks)
        for choice in event["choices"]
        for call in choice["delta"].get("tool_calls", ())
    ]
    assert told[0] == {
        "index": 0, "id": "call_1_3", "type": "function",
        "function": {"name": "look", "arguments": '{"a": 1'},
    }  # fmt: skip
    assert [call["index"] for call in told] == [0, 1, 0, 1]
    assert "".join(call["function"]["arguments"] for call in told if call["index"] == 0) == '{"a": 1}'
    assert "".join(call["function"]["arguments"] for call in told if call["index"] == 1) == "{}"


def test_calls_that_came_whole_are_told_at_the_end():
    response = ANSWERS["calls"]
    chunks = [Chunk(text="Let me see."), Chunk(tool_calls=response.tool_calls, response=response)]
    calls = [e["choices"][0]["delta"].get("tool_calls") for e in events_of(response, chunks) if e["choices"]]
    assert [call[0]["id"] for call in calls if call] == ["c1", "c2"]


def test_a_picture_that_was_made_is_told_and_read_again():
    message = CHAT.answer(ASKED, ANSWERS["picture"], REPLY)["choices"][0]["message"]
    told = [e["choices"][0]["delta"].get("images") for e in events_of(ANSWERS["picture"]) if e["choices"]]
    assert [each for each in told if each] == [message["images"]]
    turns = CHAT.read({"model": "m", "messages": [{"role": "user", "content": "draw"}, message]}).messages
    assert turns[1].parts == (Text("Here."), PICTURE)


def test_counts_come_where_they_are_asked_for():
    assert all("usage" not in event for event in events_of(ANSWERS["text"], asked=replace(COUNTED, keeps={})))


@pytest.mark.parametrize("keeps", [{}, {"usage": True}], ids=["uncounted", "counted"])
def test_what_stands_beside_an_answer_is_in_the_last_event_of_a_stream_where_clients_look_for_it(keeps):
    beside = {"service_tier": "default", "system_fingerprint": "fp_1"}
    response = replace(ANSWERS["text"], extra=beside)
    state, steps = ChatCompletionStreamState(), events_of(response, asked=replace(COUNTED, keeps=keeps))
    for step in steps:
        state.handle_chunk(ChatCompletionChunk.model_validate(step))
    assert state.current_completion_snapshot.system_fingerprint == "fp_1"
    assert steps[-1].items() >= beside.items()
    assert CHAT.answer(ASKED, response, REPLY).items() >= beside.items()


def test_a_stream_that_breaks_has_no_end():
    writer = CHAT.writer(COUNTED, REPLY)
    problem = Problem(status=502, code="stream_interrupted", message="the answer broke off")
    said = writer.begin() + writer.chunk(Chunk(text="Hel")) + writer.broken(problem)
    assert b"[DONE]" not in said
    assert b'"finish_reason":"' not in said
    last = json.loads(said.decode().rstrip().rpartition("data: ")[2])
    assert last["error"] == {
        "message": "the answer broke off",
        "type": "server_error",
        "param": None,
        "code": "stream_interrupted",
    }


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "invalid_request", "invalid_request_error"), (401, "invalid_api_key", "authentication_error"),
        (403, "no_deployment", "permission_error"), (404, "model_not_found", "invalid_request_error"),
        (429, "rate_limited", "rate_limit_error"), (429, "budget_exceeded", "insufficient_quota"),
        (500, "internal_error", "server_error"), (503, "overloaded", "server_error"),
        (504, "timeout", "server_error"),
    ],
)  # fmt: skip
def test_errors_are_of_the_kinds_that_clients_know(status, code, kind):
    problem = Problem(status=status, code=code, message="m", rules={"a": "it is not in eu"})
    error = CHAT.problem(problem)["error"]
    assert (error["type"], error["code"], error["rules"]) == (kind, code, {"a": "it is not in eu"})


def test_a_comment_keeps_a_waiting_client():
    assert CHAT.writer(COUNTED, REPLY).alive().startswith(b":")
