"""What comes back, plain and streamed: the same answer, or a typed error, whatever was sent."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from interlock.errors import ProtocolError, ProviderError, RateLimited, Unavailable
from interlock.types.messages import Citation, Reasoning, Refusal, Text, ToolCall
from interlock.types.request import Output, Request, ToolSpec
from interlock.types.response import Answer, Usage
from mutations import as_json
from request_strategies import SCHEMA

quiet = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
TEXT = {"type": "text", "text": "Hello, wide wörld."}
THOUGHT = {"type": "thinking", "thinking": "hm", "signature": "sig"}
HIDDEN = {"type": "redacted_thinking", "data": "dark"}
CALL = {
    "type": "tool_use",
    "id": "toolu_1",
    "name": "f",
    "input": {"city": "Paris"},
    "caller": {"type": "direct"},
}
FOUND = {
    "type": "web_search_result_location",
    "url": "https://a.example",
    "title": "A",
    "cited_text": "q",
    "encrypted_index": "x",
}
SEARCH = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "x"}}
RESULTS = {
    "type": "web_search_tool_result",
    "tool_use_id": "srvtoolu_1",
    "content": [{"text": "not the answer"}],
}
SERVED = [
    SEARCH,
    RESULTS,
    {"type": "mcp_tool_use", "id": "m", "name": "n", "input": {}, "server_name": "s"},
    {
        "type": "mcp_tool_result",
        "tool_use_id": "m",
        "content": [{"type": "text", "text": "no"}],
        "is_error": False,
    },
    {"type": "bash_code_execution_tool_result", "tool_use_id": "b", "content": {"stdout": "no"}},
    {"type": "compaction", "content": "no"},
    {"type": "container_upload", "file_id": "f"},
    {"type": "a_block_of_tomorrow", "text": "no"},
]


def by_tool(claude: Any, *tools: ToolSpec) -> Any:
    """A call whose structured output can only come as a tool's arguments."""
    output = Output(name="city", schema=SCHEMA, build=dict)
    return claude.call(Request("q", output=output, tools=tools), name="claude-opus-4-0")


def test_parts_come_in_the_vendors_order(claude: Any) -> None:
    answer = claude.decode(claude.message(THOUGHT, HIDDEN, TEXT, CALL, stop_reason="tool_use"))
    assert answer == Answer(
        parts=(
            Reasoning("hm", signature="sig", vendor="anthropic"),
            Reasoning("", signature="dark", vendor="anthropic", redacted=True),
            Text("Hello, wide wörld."),
            ToolCall(id="toolu_1", name="f", arguments={"city": "Paris"}),
        ),
        finish_reason="tool_calls",
        usage=Usage(input_tokens=10, output_tokens=5),
        served_model="claude-sonnet-4-5-20250929",
        id="msg_1",
    )


def test_what_the_vendors_own_tools_said_is_no_part_of_the_answer(claude: Any) -> None:
    cited = {"type": "text", "text": "It rains.", "citations": [FOUND]}
    message = claude.message(TEXT, *SERVED, cited, container={"id": "c"})
    answer = claude.decode(message)
    assert answer.parts == (
        Text(
            "Hello, wide wörld.It rains.",
            citations=(Citation(url="https://a.example", title="A", quote="q", start=18, end=27),),
        ),
    )
    assert answer.tool_calls == ()
    assert answer.extra == {"container": {"id": "c"}, "blocks": SERVED}
    assert claude.fold([claude.wire(claude.events(message))]).parts == answer.parts


@pytest.mark.parametrize(
    ("reason", "end"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("pause_turn", "length"),
        ("compaction", "length"),
        ("refusal", "refusal"),
    ],
)
def test_finish_reasons(reason: str, end: str, claude: Any) -> None:
    message = claude.message(TEXT, stop_reason=reason)
    assert claude.decode(message).finish_reason == end
    assert claude.fold([claude.wire(claude.events(message))]).finish_reason == end


@pytest.mark.parametrize("reason", [None, "", "of tomorrow", 3, ["end_turn"], "tool_use"])
def test_an_end_that_says_nothing_is_no_end(reason: Any, claude: Any) -> None:
    message = claude.message(TEXT, stop_reason=reason)
    with pytest.raises(ProtocolError):
        claude.decode(message)
    with pytest.raises(ProtocolError):
        claude.fold([claude.wire(claude.events(message))])


def test_calls_count_even_when_the_end_does_not_announce_them(claude: Any) -> None:
    assert claude.decode(claude.message(CALL)).finish_reason == "tool_calls"


@pytest.mark.parametrize("reason", ["max_tokens", "refusal"])
@pytest.mark.parametrize("kept", range(16))
def test_half_a_call_is_no_call(reason: str, kept: int, claude: Any) -> None:
    """Whatever came of its arguments, even all of them: nothing said that the call was whole."""
    message = claude.message(TEXT, CALL, {**CALL, "id": "toolu_2"}, stop_reason=reason)
    events = claude.events(message)
    streamed = [event for event in events if event.get("index") != 2]
    at = streamed.index(next(event for event in streamed if event["type"] == "message_delta"))
    partial = ['{"city"', ": ", '"Paris"}'][:kept] if kept % 2 else ['{"city": "Paris"}'[:kept]]
    streamed[at:at] = [
        {"type": "content_block_start", "index": 2, "content_block": {**CALL, "id": "toolu_2", "input": {}}},
        *(
            {
                "type": "content_block_delta",
                "index": 2,
                "delta": {"type": "input_json_delta", "partial_json": piece},
            }
            for piece in partial
        ),
        {"type": "content_block_stop", "index": 2},
    ]
    plain = claude.decode(message)
    assert [call.id for call in plain.tool_calls] == ["toolu_1"]
    folded = claude.fold([claude.wire(streamed)])
    assert (folded.parts, folded.finish_reason) == (plain.parts, plain.finish_reason)


def test_a_broken_call_is_an_error(claude: Any) -> None:
    events = claude.events(claude.message(CALL, stop_reason="tool_use"))
    broken = [event for event in events if "partial_json" not in event.get("delta", {})]
    broken.insert(
        3,
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "input_json_delta", "partial_json": "{"},
        },
    )
    for bad in (
        {**CALL, "input": "{}"},
        {**CALL, "input": None},
        {**CALL, "name": ""},
    ):
        with pytest.raises(ProtocolError, match="tool call"):
            claude.decode(claude.message(bad, stop_reason="tool_use"))
    with pytest.raises(ProtocolError, match="arguments are no JSON object"):
        claude.fold([claude.wire(broken)])


def test_arguments_may_come_with_the_start_of_the_block(claude: Any) -> None:
    events = claude.events(claude.message(CALL, stop_reason="tool_use"))
    whole = [
        {**event, "content_block": CALL} if event["type"] == "content_block_start" else event
        for event in events
        if event["type"] != "content_block_delta"
    ]
    [call] = claude.fold([claude.wire(whole)]).tool_calls
    assert call == ToolCall(id="toolu_1", name="f", arguments={"city": "Paris"})


def test_a_refusal_without_words_says_why(claude: Any) -> None:
    stopped = {"type": "refusal", "category": "bio", "explanation": "Not this."}
    message = claude.message(stop_reason="refusal", stop_details=stopped)
    answer = claude.decode(message)
    assert (answer.parts, answer.refusal, answer.text) == ((Refusal("Not this."),), "Not this.", "")
    assert answer.extra["stop_details"] == stopped
    assert claude.fold([claude.wire(claude.events(message))]).parts == answer.parts


def test_usage_counts_the_cache_as_input(claude: Any) -> None:
    message = claude.message(
        TEXT,
        usage={
            "input_tokens": 3,
            "cache_creation_input_tokens": 20,
            "cache_read_input_tokens": 100,
            "output_tokens": 9,
            "output_tokens_details": {"thinking_tokens": 4},
            "server_tool_use": {"web_search_requests": 1},
        },
    )
    counted = Usage(input_tokens=123, output_tokens=9, cache_read=100, cache_write=20, reasoning=4)
    answer = claude.decode(message)
    assert answer.usage == counted
    assert answer.extra["usage"] == {"server_tool_use": {"web_search_requests": 1}}
    assert claude.fold([claude.wire(claude.events(message))]).usage == counted
    assert claude.decode(claude.message(TEXT, usage=None)).usage == Usage()


def test_the_output_tools_arguments_are_the_answer(claude: Any) -> None:
    call = by_tool(claude, ToolSpec(name="f"))
    given = {**CALL, "name": "final_answer", "input": {"city": "Zürich"}}
    message = claude.message(TEXT, given, stop_reason="tool_use")
    answer = claude.decode(message, call)
    assert (answer.text, answer.finish_reason, answer.tool_calls) == ('{"city": "Zürich"}', "stop", ())
    assert claude.fold([claude.wire(claude.events(message))], call) == answer
    other = claude.message(TEXT, CALL, stop_reason="tool_use")
    assert claude.decode(other, call).parts[0] == Text("Hello, wide wörld.")
    assert claude.fold([claude.wire(claude.events(other))], call) == claude.decode(other, call)


def test_a_call_asked_for_in_words_must_come(claude: Any) -> None:
    call = claude.call(
        Request("q", tools=(ToolSpec(name="f"),), tool_choice="required"), name="claude-opus-5-5"
    )
    with pytest.raises(ProtocolError, match="told to call"):
        claude.decode(claude.message(TEXT), call)
    with pytest.raises(ProtocolError, match="told to call"):
        claude.fold([claude.wire(claude.events(claude.message(TEXT)))], call)


@pytest.mark.parametrize("at", range(1, 12))
def test_a_cut_stream_is_an_error(at: int, claude: Any) -> None:
    whole = claude.wire(claude.events(claude.message(THOUGHT, TEXT, CALL, stop_reason="tool_use")))
    end = whole.index(b"event: message_delta")
    with pytest.raises(ProtocolError):
        claude.fold([whole[: end * at // 12]])


@pytest.mark.parametrize(
    ("error", "kind"),
    [("overloaded_error", Unavailable), ("rate_limit_error", RateLimited), ("of_tomorrow", Unavailable)],
)
def test_an_error_inside_a_200(error: str, kind: type[ProviderError], claude: Any) -> None:
    payload = {"type": "error", "error": {"type": error, "message": "Overloaded"}, "request_id": "req_1"}
    events = claude.events(claude.message(TEXT))[:5]
    for ask in (
        lambda: claude.decode(payload),
        lambda: claude.fold([as_json(payload)]),
        lambda: claude.fold([claude.wire([*events, payload])]),
        lambda: claude.fold(
            [b"event: error\ndata: " + as_json({"error": payload["error"], "request_id": "req_1"}) + b"\n\n"]
        ),
    ):
        with pytest.raises(kind) as caught:
            ask()
        error_ = caught.value
        assert (error_.status, error_.code, error_.vendor_message) == (None, error, "Overloaded")
        assert error_.request_id == "req_1"


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "content_block_delta", "index": 9, "delta": {"type": "text_delta", "text": "x"}},
        {"type": "content_block_delta", "index": 0, "delta": "x"},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": 3}},
        {"type": "content_block_start", "index": 0, "content_block": TEXT},
        {"type": "content_block_start", "content_block": TEXT},
        {"type": "content_block_start", "index": 5, "content_block": {}},
        {"type": "content_block_start", "index": 5, "content_block": {**CALL, "name": None}},
        {"type": "content_block_start", "index": 5, "content_block": {**CALL, "input": []}},
        {"type": "content_block_stop", "index": 9},
        {"type": "content_block_stop", "index": []},
        {"type": "message_delta", "delta": None},
        {"type": "message_start", "message": None},
        {"type": None},
    ],
)
def test_an_event_out_of_place_is_an_error(wrong: dict[str, Any], claude: Any) -> None:
    events = claude.events(claude.message(TEXT))
    with pytest.raises(ProtocolError):
        claude.fold([claude.wire([*events[:4], wrong, *events[4:]])])


def test_a_stream_does_not_go_on_after_its_end(claude: Any) -> None:
    *events, stop = claude.events(claude.message(TEXT))
    late = {"type": "content_block_start", "index": 7, "content_block": CALL}
    with pytest.raises(ProtocolError, match="after its end"):
        claude.fold([claude.wire([*events, late, stop])])
    assert (
        claude.fold([claude.wire([*events, events[-1], {"type": "of_tomorrow"}, stop, late])]).text
        == TEXT["text"]
    )
    assert claude.fold([claude.wire(events)]).finish_reason == "stop"


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"null", b"[]", b"{}", b'{"content": 3}', b'{"content": [3]}', b"\xff"]
)
def test_what_is_no_answer_is_an_error(body: bytes, claude: Any) -> None:
    with pytest.raises(ProtocolError):
        claude.decode(body)
    with pytest.raises(ProtocolError):
        claude.fold([body])


def test_noughts_at_the_end_of_a_stream_take_back_no_count(claude: Any) -> None:
    """Some gateways count at the start alone, and end with noughts."""
    message = claude.message(
        TEXT, usage={"input_tokens": 10, "cache_read_input_tokens": 2, "output_tokens": 5}
    )
    events = claude.events(message)
    for event in events:
        if event["type"] == "message_delta":
            event["usage"] = {"input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 5}
    usage = claude.fold([claude.wire(events)]).usage
    assert (usage.input_tokens, usage.cache_read, usage.output_tokens) == (12, 2, 5)


def test_a_text_that_ends_in_no_way_is_said_before_the_error(claude: Any) -> None:
    """A gateway sent the plain answer to whoever asked for a stream; where it was made is said with it."""
    usage = {"input_tokens": 1, "output_tokens": 2, "inference_geo": "us"}
    body = json.dumps(claude.message(TEXT, stop_reason="tool_use", usage=usage)).encode()
    decoder = claude.codec.decoder(claude.call())
    assert list(decoder.feed(body)) == []
    rest = iter(decoder.close())
    said = next(rest)
    assert (said.text, said.evidenced, said.finish_reason) == (TEXT["text"], "us", None)
    with pytest.raises(ProtocolError, match="holds none"):
        next(rest)
