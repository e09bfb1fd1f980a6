"""Answers of every kind: streamed as plain, back as sent, and broken ones never more than a typed error.

FUZZ_EXAMPLES sets how many broken payloads are tried.
"""

import json
import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock.errors import ProtocolError, ProviderError
from interlock.types.messages import Message, Reasoning, Text, ToolCall
from interlock.types.request import Output, Request
from interlock.types.response import Answer
from mutations import EXAMPLES, as_json, broken_bytes, broken_payload
from request_strategies import SCHEMA, names, values, words

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

citations = st.lists(
    st.sampled_from(
        [
            FOUND,
            {"type": "char_location", "cited_text": "q", "document_title": "D", "start_char_index": 0},
            {"type": "search_result_location", "source": "https://b.example", "cited_text": "q"},
        ]
    ),
    max_size=2,
)
blocks = st.lists(
    st.one_of(
        st.builds(
            lambda text, cited: {"type": "text", "text": text, "citations": cited or None}, words, citations
        ),
        st.builds(lambda text, seal: {"type": "thinking", "thinking": text, "signature": seal}, words, words),
        st.builds(lambda data: {"type": "redacted_thinking", "data": data}, words),
        st.builds(
            lambda id_, name, given: {"type": "tool_use", "id": id_, "name": name, "input": given},
            words,
            st.just("final_answer") | names,
            st.dictionaries(names, values, max_size=2),
        ),
        st.sampled_from(SERVED),
    ),
    max_size=6,
)
reasons = st.sampled_from(
    [
        "end_turn",
        "tool_use",
        "max_tokens",
        "stop_sequence",
        "refusal",
        "pause_turn",
        "compaction",
        None,
        "other",
    ]
)
details = st.sampled_from([None, {"type": "refusal", "category": "cyber", "explanation": "No."}])


def by_tool(claude: Any) -> Any:
    """A call whose structured output can only come as a tool's arguments."""
    output = Output(name="city", schema=SCHEMA, build=dict)
    return claude.call(Request("q", output=output), name="claude-opus-4-0")


def outcome(decode: Any) -> Any:
    try:
        return decode()
    except ProtocolError:
        return ProtocolError


@settings(quiet, max_examples=EXAMPLES)
@given(content=blocks, reason=reasons, stopped=details, tool=st.booleans(), seed=st.integers(0, 99))
def test_a_stream_folds_to_the_plain_answer(
    *, content: Any, reason: Any, stopped: Any, tool: bool, seed: int, claude: Any
) -> None:
    message = claude.message(*content, stop_reason=reason, stop_details=stopped, container={"id": "c"})
    call = by_tool(claude) if tool else claude.call()
    raw = claude.wire(claude.events(message, seed))
    step = random.Random(seed).randint(1, 64)
    pieces = [raw[at : at + step] for at in range(0, len(raw), step)]
    plain = outcome(lambda: claude.decode(message, call))
    assert outcome(lambda: claude.fold(pieces, call)) == plain
    assert outcome(lambda: claude.fold([as_json(message)], call)) == plain


parts = st.lists(
    st.builds(Text, st.text(min_size=1, max_size=9).filter(str.strip))
    | st.builds(Reasoning, words, signature=st.text(min_size=1, max_size=9), vendor=st.just("anthropic"))
    | st.builds(
        Reasoning,
        st.just(""),
        signature=st.text("ab", min_size=1),
        vendor=st.just("anthropic"),
        redacted=st.just(True),
    )
    | st.builds(
        ToolCall, id=st.uuids().map(str), name=names, arguments=st.dictionaries(names, values, max_size=2)
    ),
    max_size=5,
)


@settings(quiet, max_examples=EXAMPLES)
@given(spoken=parts)
def test_what_goes_out_comes_back(spoken: Any, claude: Any) -> None:
    """A turn that we send, returned by the vendor, is the turn again; neighbouring texts are one."""
    said = [*spoken, Text("end")]
    request = Request([Message("user", "q"), Message("assistant", said), Message("user", "and?")])
    sent = claude.body(request)["messages"][1]["content"]
    back = claude.decode(claude.message(*sent)).parts
    merged: list[Any] = []
    for part in said:
        if merged and isinstance(part, Text) and isinstance(merged[-1], Text):
            merged[-1] = Text(merged[-1].text + part.text)
        else:
            merged.append(part)
    assert list(back) == merged


def samples() -> list[dict[str, Any]]:
    cited = {"type": "text", "text": "It rains.", "citations": [FOUND]}
    base = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude",
        "stop_details": {"type": "refusal", "explanation": "No."},
        "usage": {
            "input_tokens": 3,
            "output_tokens": 4,
            "cache_read_input_tokens": 5,
            "output_tokens_details": {"thinking_tokens": 1},
        },
    }
    answer = {**CALL, "name": "final_answer"}
    return [
        {**base, "content": [THOUGHT, HIDDEN, TEXT, cited, CALL], "stop_reason": "tool_use"},
        {**base, "content": [TEXT, *SERVED, cited], "stop_reason": "end_turn"},
        {**base, "content": [THOUGHT, TEXT, answer], "stop_reason": "tool_use"},
        {**base, "content": [CALL], "stop_reason": "max_tokens"},
        {**base, "content": [], "stop_reason": "refusal"},
        {"type": "error", "error": {"type": "overloaded_error", "message": "x"}, "request_id": "r"},
    ]


def fair(decode: Any) -> None:
    """A whole answer or a typed error."""
    try:
        answer = decode()
    except ProviderError:
        return
    assert isinstance(answer, Answer)
    assert answer.finish_reason in ("stop", "length", "tool_calls", "refusal")
    assert all(isinstance(call.arguments, dict) and call.name and call.id for call in answer.tool_calls)
    json.dumps([dict(call.arguments) for call in answer.tool_calls])


@settings(quiet, max_examples=EXAMPLES)
@given(body=broken_bytes(broken_payload(samples()).map(as_json)), tool=st.booleans())
def test_a_broken_answer_is_an_answer_or_a_typed_error(body: bytes, tool: bool, claude: Any) -> None:
    call = by_tool(claude) if tool else claude.call()
    fair(lambda: claude.decode(body, call))
    fair(lambda: claude.fold([body], call))


@settings(quiet, max_examples=EXAMPLES)
@given(data=st.data(), tool=st.booleans(), step=st.integers(1, 400))
def test_a_broken_stream_is_an_answer_or_a_typed_error(data: Any, tool: bool, step: int, claude: Any) -> None:
    streams = [claude.events(message) for message in samples()[:-1]]
    streams.append([*streams[0][:4], samples()[-1]])
    whole = broken_payload(streams).map(
        lambda events: b"".join(b"event: x\ndata: " + as_json(event) + b"\n\n" for event in events)
    )
    body = data.draw(broken_bytes(whole))
    pieces = [body[at : at + step] for at in range(0, len(body), step)]
    fair(lambda: claude.fold(pieces, by_tool(claude) if tool else claude.call()))
