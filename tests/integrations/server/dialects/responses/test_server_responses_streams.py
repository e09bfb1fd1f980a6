"""Streams of Responses, event by event: strict clients read them, and a broken one never ends well."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from interlock import (
    Audio,
    Chunk,
    Citation,
    Image,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolCallDelta,
    Usage,
)
from interlock_server.dialects.responses import RESPONSES
from interlock_server.problems import Problem
from server_answers import REPLY, response_of
from server_response_events import deltas_of, events_in, whole

DESK = [{"type": "function", "name": "open"}]
NAMESPACE = {"type": "namespace", "name": "desk", "description": "A desk.", "tools": DESK}
CUSTOM = {"type": "custom", "name": "patch"}
PROBLEM = Problem(status=502, code="stream_interrupted", message="the stream broke")


def asked(**fields: Any) -> Any:
    return RESPONSES.read({"model": "auto", "input": "hello", "stream": True, **fields})


def piece(index: int, arguments: str = "", **head: Any) -> Chunk:
    return Chunk(tool_call_deltas=(ToolCallDelta(index=index, arguments=arguments, **head),))


def streamed(chunks: Iterable[Chunk], parts: Iterable[Any], reason: str = "stop", **fields: Any) -> bytes:
    writer = RESPONSES.writer(asked(**fields), REPLY)
    data = writer.begin() + b"".join(writer.chunk(chunk) for chunk in chunks)
    response = response_of(parts, reason)
    return data + writer.chunk(Chunk(response=response)) + writer.end(response)


def kinds(data: bytes) -> list[str]:
    return [event["type"].removeprefix("response.") for event in events_in(data)]


def test_each_item_comes_from_its_beginning_to_its_end():
    call = ToolCall(id="c1", name="look", arguments={"a": 1})
    parts = [Reasoning("Hm."), Text("I look."), call]
    chunks = [Chunk(reasoning="Hm"), Chunk(reasoning="."), Chunk(text="I look.")]
    chunks += [piece(0, id="c1", name="look"), piece(0, '{"a"'), piece(0, ": 1}")]
    data = streamed(chunks, parts, "tool_calls")
    assert kinds(data) == [
        "created",
        "in_progress",
        "output_item.added",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "output_item.done",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
        "completed",
    ]
    end = whole(data)
    assert end["output"][-1]["arguments"] == '{"a": 1}'
    assert (end["status"], end["model"], end["usage"]["total_tokens"]) == ("completed", "maker/model", 12)


def test_a_thought_is_done_with_its_proof_before_what_it_led_to():
    thought = Reasoning("Hm.", signature="s", vendor="v", origin="https://models.example")
    hidden = Reasoning("", signature="h", vendor="v", redacted=True)
    chunks = [Chunk(reasoning="Hm"), Chunk(reasoning=".", thoughts=(thought,))]
    chunks += [Chunk(text="Yes", thoughts=(hidden,)), Chunk(text=".")]
    data = streamed(chunks, [thought, hidden, Text("Yes.")])
    end = whole(data)
    done = [event["item"] for event in events_in(data) if event["type"] == "response.output_item.done"]
    assert done == end["output"]
    assert [item["type"] for item in done] == ["reasoning", "reasoning", "message"]
    assert all(item["encrypted_content"] for item in done[:2])
    assert (done[0]["summary"][0]["text"], done[1]["summary"]) == ("Hm.", [])
    again = RESPONSES.read({"model": "auto", "input": done}).messages[0].parts
    assert [(each.text, each.signature, each.redacted) for each in again[:2]] == [
        ("Hm.", "s", False),
        ("", "h", True),
    ]
    assert "models.example" not in data.decode()


def test_several_thoughts_at_once_are_items_each():
    thoughts = (Reasoning("One.", signature="s", vendor="v"), Reasoning("Two.", vendor="v"))
    data = streamed([Chunk(reasoning="One.Two.", thoughts=thoughts, text="Yes.")], [*thoughts, Text("Yes.")])
    first, second, _ = whole(data)["output"]
    assert [item["summary"][0]["text"] for item in (first, second)] == ["One.", "Two."]


def test_a_proof_that_comes_last_is_in_the_whole_answer():
    """Where guardrails let a stream pass piece by piece, and where a vendor gives it at its end."""
    thought = Reasoning("Hm.", signature="s", vendor="v")
    end = whole(streamed([Chunk(reasoning="Hm."), Chunk(text="Yes.")], [thought, Text("Yes.")]))
    assert end["output"][0]["encrypted_content"]
    late = Reasoning("", signature="t", vendor="google")
    end = whole(streamed([Chunk(text="Yes.")], [Text("Yes."), late]))
    assert [item["type"] for item in end["output"]] == ["message", "reasoning"]


def test_words_are_told_when_they_come():
    writer = RESPONSES.writer(asked(), REPLY)
    writer.begin()
    for text in ("One ", "two"):
        assert [*deltas_of(events_in(writer.chunk(Chunk(text=text))), "output_text")] == [text]
    assert writer.chunk(Chunk()) == b""


def test_calls_that_come_mixed_are_told_one_after_the_other():
    calls = [ToolCall(id=f"c{n}", name="look", arguments={"n": n}) for n in (0, 1)]
    chunks = [piece(0, '{"n"', id="c0", name="look"), piece(1, '{"n"', id="c1", name="look")]
    chunks += [piece(0, ": 0}"), Chunk(text="Both."), piece(1, ": 1}")]
    end = whole(streamed(chunks, [*calls, Text("Both.")], "tool_calls"))
    assert [item.get("arguments") for item in end["output"]] == ['{"n": 0}', '{"n": 1}', None]


def test_calls_that_come_whole_with_the_answer_are_told():
    calls = [ToolCall(id="c0", name="look", arguments={"n": 0}), ToolCall(id="c1", name="see")]
    end = whole(streamed([Chunk(text="I look.")], [Text("I look."), *calls], "tool_calls"))
    assert [item.get("arguments") for item in end["output"]] == [None, '{"n":0}', "{}"]


def test_a_call_without_arguments_is_a_call():
    call = ToolCall(id="c0", name="look")
    end = whole(streamed([piece(0, id="c0", name="look")], [call], "tool_calls"))
    assert end["output"][0]["arguments"] == "{}"


def test_half_a_call_is_never_done():
    chunks = [piece(0, '{"n": 1}', id="c0", name="look"), piece(1, '{"am', id="c1", name="pay")]
    data = streamed(chunks, [ToolCall(id="c0", name="look", arguments={"n": 1})], "length")
    end = whole(data)
    assert (end["status"], end["incomplete_details"]) == ("incomplete", {"reason": "max_output_tokens"})
    assert [item["status"] for item in end["output"]] == ["completed", "incomplete"]
    done = [event for event in events_in(data) if event["type"] == "response.output_item.done"]
    assert [event["item"]["call_id"] for event in done] == ["c0"]


def test_a_text_that_was_cut_is_incomplete():
    end = whole(streamed([Chunk(text="Half")], [Text("Half")], "length"))
    assert (end["status"], end["completed_at"], end["output"][0]["status"]) == (
        "incomplete",
        None,
        "incomplete",
    )


@pytest.mark.parametrize("told", [True, False])
def test_a_refusal_is_told_as_one(told):
    chunks = [Chunk(text="I will not.", refusal=True)] if told else []
    data = streamed(chunks, [Refusal("I will not.")], "refusal")
    end = whole(data)
    assert end["status"] == "completed"
    assert end["output"][0]["content"] == [{"type": "refusal", "refusal": "I will not."}]
    assert "refusal.delta" in kinds(data)


def test_a_refusal_after_words_is_a_part_of_its_own():
    end = whole(streamed([Chunk(text="Well,")], [Text("Well,"), Refusal("no.")], "refusal"))
    assert [part["type"] for part in end["output"][0]["content"]] == ["output_text", "refusal"]


def test_what_a_filter_stopped_is_incomplete():
    end = whole(streamed([Chunk(text="Well")], [Text("Well")], "refusal"))
    assert end["incomplete_details"] == {"reason": "content_filter"}


def test_sources_come_before_their_text_is_done():
    cited = Text("Rome.", citations=(Citation(url="https://a.example", title="A", start=0, end=4),))
    data = streamed([Chunk(text="Ro"), Chunk(text="me.")], [cited])
    annotation = {
        "type": "url_citation",
        "url": "https://a.example",
        "title": "A",
        "start_index": 0,
        "end_index": 4,
    }
    assert whole(data)["output"][0]["content"][0]["annotations"] == [annotation]
    assert "output_text.annotation.added" in kinds(data)


def test_calls_are_told_in_the_clients_own_terms():
    calls = [
        ToolCall(id="c0", name="desk__open", arguments={"n": 0}),
        ToolCall(id="c1", name="patch", arguments={"input": "a\nb"}),
    ]
    chunks = [piece(0, '{"n": 0}', id="c0", name="desk__open")]
    chunks += [piece(1, '{"input": ', id="c1", name="patch"), piece(1, '"a\\nb"}')]
    data = streamed(chunks, calls, "tool_calls", tools=[NAMESPACE, CUSTOM])
    first, second = whole(data)["output"]
    assert (first["type"], first["name"], first["namespace"]) == ("function_call", "open", "desk")
    assert (second["type"], second["name"], second["input"]) == ("custom_tool_call", "patch", "a\nb")
    assert [*deltas_of(events_in(data), "custom_tool_call_input")] == ["a\nb"]
    plain = RESPONSES.answer(asked(tools=[NAMESPACE, CUSTOM]), response_of(calls, "tool_calls"), REPLY)
    assert [{**item, "id": ""} for item in plain["output"]] == [
        {**item, "id": "", **({"arguments": '{"n":0}'} if "arguments" in item else {})}
        for item in (first, second)
    ]


def test_a_search_for_tools_is_told_as_one():
    tool = {"type": "tool_search", "execution": "client", "parameters": {"type": "object"}}
    call = ToolCall(id="c0", name="tool_search", arguments={"query": "desk"})
    chunks = [piece(0, '{"query"', id="c0", name="tool_search"), piece(0, ': "desk"}')]
    (item,) = whole(streamed(chunks, [call], "tool_calls", tools=[tool]))["output"]
    assert (item["type"], item["execution"]) == ("tool_search_call", "client")
    assert (item["call_id"], item["arguments"]) == ("c0", {"query": "desk"})


def test_media_that_have_no_item_are_not_passed_over_in_silence():
    parts = [Image(data=b"x", media_type="image/png"), Audio(data=b"y")]
    picture, sound = whole(streamed([], parts))["output"]
    assert (picture["type"], picture["result"], picture["output_format"]) == (
        "image_generation_call",
        "eA==",
        "png",
    )
    assert "sound" in sound["content"][0]["text"]


def test_probabilities_stand_at_the_text():
    token = {"token": "Yes", "logprob": -0.1, "bytes": [89], "top_logprobs": []}
    writer = RESPONSES.writer(asked(include=["message.output_text.logprobs"]), REPLY)
    data = writer.begin() + writer.chunk(Chunk(text="Yes"))
    response = response_of([Text("Yes")], extra={"logprobs": {"content": [token]}})
    end = whole(data + writer.end(response))
    assert end["output"][0]["content"][0]["logprobs"] == [token]
    plain = RESPONSES.answer(asked(), response, REPLY)
    assert plain["output"][0]["content"][0]["logprobs"] == [token]


def test_a_stream_that_breaks_says_so_and_does_not_end():
    writer = RESPONSES.writer(asked(), REPLY)
    data = writer.begin() + writer.chunk(Chunk(text="Half")) + writer.broken(PROBLEM)
    events = events_in(data)
    assert [event["sequence_number"] for event in events] == [*range(len(events))]
    error, failed = events[-2:]
    assert (error["type"], error["code"], error["message"]) == (
        "error",
        "stream_interrupted",
        "the stream broke",
    )
    assert error["error"]["type"] == "server_error"
    assert failed["type"] == "response.failed"
    assert failed["response"]["status"] == "failed"
    assert failed["response"]["error"]["code"] == "stream_interrupted"
    assert failed["response"]["output"] == []
    assert not {"response.completed", "response.incomplete"} & {event["type"] for event in events}


def test_a_stream_that_never_began_says_why():
    events = events_in(RESPONSES.writer(asked(), REPLY).broken(PROBLEM))
    assert [event["type"] for event in events] == ["error", "response.failed"]


def test_waiting_is_a_comment():
    assert RESPONSES.writer(asked(), REPLY).alive().startswith(b":")


def test_an_answer_without_a_word_is_whole():
    end = whole(streamed([], []))
    assert (end["status"], end["output"]) == ("completed", [])


def test_what_was_asked_is_told_back():
    body = {
        "model": "auto",
        "input": "hello",
        "instructions": "Be brief.",
        "tools": [{"type": "function", "name": "look", "parameters": {"type": "object"}}],
        "tool_choice": "none",
        "temperature": 0.5,
        "metadata": {"team": "a"},
        "reasoning": {"effort": "low"},
        "store": True,
    }
    told = RESPONSES.answer(RESPONSES.read(body), response_of([Text("Hi.")]), REPLY)
    for name in ("instructions", "tool_choice", "temperature", "metadata"):
        assert told[name] == body[name]
    assert told["tools"][0] == {"description": None, "strict": None, **body["tools"][0]}
    assert told["reasoning"] == {"effort": "low", "summary": None}
    assert told["store"] is False
    json.dumps(told)


def test_nobodys_count_is_no_count():
    told = RESPONSES.answer(asked(), response_of([Text("Hi.")], usage=Usage()), REPLY)
    assert told["usage"] is None


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        (Problem(status=400, code="invalid_request", message="m", param="input"), "invalid_request_error"),
        (Problem(status=401, code="invalid_api_key", message="m"), "authentication_error"),
        (Problem(status=403, code="no_deployment", message="m", rules={"a": "r"}), "permission_error"),
        (Problem(status=429, code="budget_exceeded", message="m"), "insufficient_quota"),
        (Problem(status=429, code="rate_limited", message="m"), "rate_limit_error"),
        (Problem(status=503, code="overloaded", message="m"), "server_error"),
    ],
)
def test_problems_are_told_as_openai_tells_them(problem, kind):
    error = RESPONSES.problem(problem)["error"]
    assert (error["type"], error["code"], error["param"]) == (kind, problem.code, problem.param)
    assert error.get("rules", {}) == problem.rules
