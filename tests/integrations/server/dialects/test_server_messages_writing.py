"""What clients of `/v1/messages` are told, plain and in events: the same, and nothing lost."""

import asyncio
import json
from typing import Any

import anthropic.types as sdk
import pytest
from anthropic.lib.streaming._messages import accumulate_event
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from interlock import (
    Answer,
    Chunk,
    Citation,
    Image,
    Reasoning,
    Refusal,
    Response,
    Text,
    ToolCall,
    ToolSpec,
    Usage,
)
from interlock.errors import ProtocolError, ProviderError
from interlock.testing import Step, scripted_router
from interlock_server.dialects.messages import MESSAGES
from interlock_server.problems import Problem
from mutations import EXAMPLES
from request_strategies import names, values, words
from server_messages import REPLY, asked_of, decoded, events_in, opened, streamed, told, written

CALL = ToolCall(id="t1", name="look", arguments={"at": "sea"})
THOUGHT = Reasoning("I see.", signature="proof", vendor="one")
EVENT: TypeAdapter[Any] = TypeAdapter(sdk.RawMessageStreamEvent)
TOOLS = [ToolSpec(name="look")]
THINKS = {"thinking": {"type": "adaptive"}}
PROBLEM = Problem(status=503, code="overloaded", message="Everybody is busy.")


class Vendor:
    """One router whose only deployment answers what it is told to."""

    def __init__(self, **config: Any) -> None:
        self.says: Any = ""
        steps = [Step(lambda _: self.says) for _ in range(4 * EXAMPLES)]
        self.router = scripted_router({"one": steps}, **config)
        self.loop = asyncio.new_event_loop()

    def plain(self, says: Any) -> Response:
        self.says = says
        return self.loop.run_until_complete(self.router.complete("q", tools=TOOLS))

    def chunks(self, says: Any) -> tuple[list[Chunk], Response]:
        self.says = says

        async def heard() -> list[Chunk]:
            return [chunk async for chunk in self.router.stream("q", tools=TOOLS)]

        chunks = self.loop.run_until_complete(heard())
        assert chunks[-1].response is not None
        return chunks, chunks[-1].response


@pytest.fixture(scope="module")
def vendor():
    made = Vendor()
    yield made
    made.loop.run_until_complete(made.router.aclose())
    made.loop.close()


def said(*parts: Any, finish: str = "stop", **more: Any) -> Answer:
    usage = Usage(input_tokens=112, output_tokens=5, cache_read=100, cache_write=8, reasoning=2)
    return Answer(parts=parts, finish_reason=finish, usage=usage, **more)  # type: ignore[arg-type]  # tested


def plain(vendor: Vendor, answer: Any, **asked: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(
        json.dumps(MESSAGES.answer(asked_of(**asked), vendor.plain(answer), REPLY))
    )
    sdk.Message.model_validate(body, strict=True)
    return body


def stream(vendor: Vendor, answer: Any, **asked: Any) -> bytes:
    chunks, response = vendor.chunks(answer)
    return written(asked_of(**asked), chunks, response)


def blocks_told(wire: bytes) -> list[dict[str, Any]]:
    """The blocks of a stream, put together as the vendor's own package does it."""
    snapshot: Any = None
    for each in events_in(wire)[:-1]:
        snapshot = accumulate_event(event=EVENT.validate_python(each, strict=True), current_snapshot=snapshot)
    return [block.to_dict() for block in snapshot.content]


def test_a_whole_answer(vendor):
    body = plain(vendor, said(Text("Hello."), id="theirs", evidenced="us"))
    assert body["id"] == "msg_1"
    assert body["model"] == "auto"
    assert body["content"] == [{"type": "text", "text": "Hello.", "citations": None}]
    assert (body["stop_reason"], body["stop_sequence"]) == ("end_turn", None)
    assert body["usage"] == {
        "input_tokens": 4,
        "cache_creation_input_tokens": 8,
        "cache_read_input_tokens": 100,
        "output_tokens": 5,
        "output_tokens_details": {"thinking_tokens": 2},
        "cache_creation": None,
        "server_tool_use": None,
        "service_tier": None,
        "inference_geo": "us",
    }


@pytest.mark.parametrize(
    ("finish", "extra", "reason", "sequence"),
    [
        ("length", {}, "max_tokens", None),
        ("length", {"stop_reason": "model_context_window_exceeded"}, "model_context_window_exceeded", None),
        ("length", {"stop_reason": "pause_turn"}, "max_tokens", None),
        ("refusal", {}, "refusal", None),
        ("stop", {"stop_reason": "stop_sequence", "stop_sequence": "END"}, "stop_sequence", "END"),
    ],
)
def test_how_it_ended(vendor, finish, extra, reason, sequence):
    body = plain(vendor, said(Text("Hel"), finish=finish, extra=extra))
    assert (body["stop_reason"], body["stop_sequence"]) == (reason, sequence)


def test_thoughts_and_calls_bear_their_proofs(vendor):
    parts = (
        THOUGHT,
        Text("Look:"),
        ToolCall(id="t1", name="look", arguments={}, signature="sig", vendor="one"),
    )
    answer = said(*parts, finish="tool_calls")
    kinds = ["thinking", "text", "redacted_thinking", "tool_use"]
    assert [each["type"] for each in plain(vendor, answer, **THINKS)["content"]] == kinds
    wire = blocks_told(stream(vendor, answer, **THINKS))
    assert [each["type"] for each in wire] == ["thinking", "text", "tool_use", "redacted_thinking"]
    back = opened(decoded(plain(vendor, answer, **THINKS)).parts)
    assert [part.signature for part in back if not isinstance(part, Text)] == ["proof", "sig"]


def test_whoever_asks_for_no_thoughts_gets_their_proofs_alone(vendor):
    asked = {"thinking": {"type": "adaptive", "display": "omitted"}}
    for blocks in (
        plain(vendor, said(THOUGHT, Text("Yes.")), **asked)["content"],
        blocks_told(stream(vendor, said(THOUGHT, Text("Yes.")), **asked)),
    ):
        assert blocks[0]["thinking"] == ""
        assert blocks[0]["signature"].startswith("ilp1.")
    # Without a signature, its text is all that the vendor could be given back.
    bare = blocks_told(stream(vendor, said(Reasoning("I see."), Text("Yes.")), **asked))
    assert bare[0]["thinking"] == "I see."


def test_whoever_does_not_ask_to_think_is_given_thoughts_with_calls_alone(vendor):
    words_alone = said(THOUGHT, Text("Yes."))
    called = said(THOUGHT, Text("Look:"), CALL, finish="tool_calls")
    for asked in ({}, {"thinking": {"type": "disabled"}}):
        for blocks in (
            plain(vendor, words_alone, **asked)["content"],
            blocks_told(stream(vendor, words_alone, **asked)),
        ):
            assert [each["type"] for each in blocks] == ["text"]
        whole = plain(vendor, called, **asked)["content"]
        assert [each["type"] for each in whole] == ["text", "thinking", "tool_use"]
        in_events = blocks_told(stream(vendor, called, **asked))
        assert [each["type"] for each in in_events] == ["text", "thinking", "tool_use"]
        assert in_events[1]["thinking"] == whole[1]["thinking"] == "I see."
        assert in_events[1]["signature"].startswith("ilp1.")


def test_sources_stand_on_the_text_they_belong_to(vendor):
    source = Citation(url="https://a.example", title="A", quote="q", start=0, end=4)
    nowhere = Citation(title="A page of a file")
    answer = said(Text("Yes.", citations=(source, nowhere)))
    (block,) = plain(vendor, answer)["content"]
    assert [each["url"] for each in block["citations"]] == ["https://a.example"]
    (again,) = blocks_told(stream(vendor, answer))
    assert again["citations"] == block["citations"]


def test_a_refusal_is_said_in_words(vendor):
    answer = said(Refusal("I would rather not."), finish="refusal")
    for blocks in (plain(vendor, answer)["content"], blocks_told(stream(vendor, answer))):
        assert [each["text"] for each in blocks] == ["I would rather not."]


def test_pictures_are_not_lost(vendor):
    answer = said(Text("Here:"), Image(data=b"x", media_type="image/png"))
    whole = MESSAGES.answer(asked_of(), vendor.plain(answer), REPLY)["content"]
    assert whole[1] == {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": "eA=="},
    }
    assert whole[1] in [each.get("content_block") for each in events_in(stream(vendor, answer))]


def test_a_stream_begins_with_an_estimate_and_ends_with_the_count(vendor):
    events = events_in(stream(vendor, said(Text("Hello, you."))))
    assert [each["type"] for each in events] == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert events[0]["message"]["usage"]["input_tokens"] == REPLY.input_tokens
    assert events[-2]["usage"]["input_tokens"] == 4
    assert events[-2]["delta"]["stop_reason"] == "end_turn"


def test_a_broken_stream_ends_in_an_error_and_never_in_an_end():
    writer = MESSAGES.writer(asked_of(), REPLY)
    wire = writer.begin() + writer.chunk(Chunk(text="Hel")) + writer.broken(PROBLEM)
    assert events_in(wire)[-1] == {
        "type": "error",
        "error": {
            "type": "overloaded_error",
            "message": "Everybody is busy.",
            "details": {"error_code": "overloaded"},
        },
    }
    assert b"message_stop" not in wire
    with pytest.raises(ProviderError):
        streamed(wire)
    with pytest.raises(ProviderError):
        streamed(MESSAGES.writer(asked_of(), REPLY).broken(PROBLEM))
    assert events_in(writer.alive()) == [{"type": "ping"}]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (403, "permission_error"),
        (404, "not_found_error"),
        (413, "request_too_large"),
        (415, "invalid_request_error"),
        (429, "rate_limit_error"),
        (500, "api_error"),
        (502, "api_error"),
        (503, "overloaded_error"),
        (504, "timeout_error"),
    ],
)
def test_errors_are_of_the_dialects_types(status, kind):
    body = MESSAGES.problem(Problem(status=status, code="c", message="m", param="p", rules={"d": "r"}))
    assert body["type"] == "error"
    assert body["error"]["type"] == kind
    assert body["error"]["message"] == "m"
    assert body["error"]["details"] == {"error_code": "c", "param": "p", "rules": {"d": "r"}}


def test_clients_learn_that_a_conversation_has_become_too_long():
    problem = Problem(status=400, code="context_length_exceeded", message="No deployment takes that much.")
    assert "prompt is too long" in MESSAGES.problem(problem)["error"]["message"]


def test_pieces_of_several_calls_may_be_mixed(vendor):
    from interlock import Delta, ToolCallDelta

    mixed = [
        Delta(tool_calls=(ToolCallDelta(index=0, id="a", name="look", arguments='{"at": '),)),
        Delta(tool_calls=(ToolCallDelta(index=1, id="b", name="look", arguments='{"at": 2}'),)),
        Delta(tool_calls=(ToolCallDelta(index=0, arguments="1}"),)),
        Delta(finish_reason="tool_calls"),
    ]
    blocks = blocks_told(stream(vendor, mixed))
    assert [(each["id"], each["input"]) for each in blocks] == [("a", {"at": 1}), ("b", {"at": 2})]


def test_calls_of_vendors_without_ids_are_told_apart_from_those_of_other_turns(vendor):
    answer = said(ToolCall(id="call_0", name="look", signature="s", vendor="one"), finish="tool_calls")
    body = plain(vendor, answer)
    assert [each["id"] for each in body["content"] if "id" in each] == ["call_1_0"]
    told_in_events = blocks_told(stream(vendor, answer))
    assert [each["id"] for each in told_in_events if "id" in each] == ["call_1_0"]
    assert [part.signature for part in opened(decoded(body).parts)] == ["s"]
    assert [part.signature for part in opened(streamed(stream(vendor, answer)).parts)] == ["s"]


def test_a_call_ends_before_the_next_begins(vendor):
    answer = said(CALL, ToolCall(id="t2", name="look", arguments={}), finish="tool_calls")
    kinds = [each["type"] for each in events_in(stream(vendor, answer)) if "delta" not in each["type"]]
    block = ["content_block_start", "content_block_stop"]
    assert kinds == ["message_start", *block, *block, "message_stop"]


def test_an_answer_that_was_held_is_told_at_once():
    holding = Vendor(rescue="hold")
    try:
        answer = said(THOUGHT, Text("Look:"), CALL, finish="tool_calls")
        chunks, response = holding.chunks(answer)
        for asked in (asked_of(), asked_of(**THINKS)):
            assert opened(streamed(written(asked, chunks, response)).parts) == opened(
                decoded(MESSAGES.answer(asked, response, REPLY)).parts
            )
    finally:
        holding.loop.run_until_complete(holding.router.aclose())
        holding.loop.close()


seals = st.none() | st.text(min_size=1, max_size=9)
parts = st.lists(
    st.builds(Text, st.text(min_size=1, max_size=30))
    | st.builds(Reasoning, st.text(min_size=1, max_size=9), signature=seals)
    | st.builds(Reasoning, st.just(""), signature=st.text(min_size=1, max_size=9))
    | st.builds(Reasoning, st.just(""), signature=st.text("ab", min_size=1), redacted=st.just(True))
    | st.builds(
        ToolCall,
        id=st.uuids().map(str),
        name=st.just("look"),
        arguments=st.dictionaries(names, values, max_size=2),
    ),
    max_size=6,
)


@settings(deadline=None, max_examples=EXAMPLES // 3)
@given(spoken=parts, more=words, thinks=st.booleans(), seed=st.integers(0, 99))
def test_a_stream_is_the_plain_answer_and_both_are_what_was_said(spoken, more, thinks, seed, vendor):
    """Through a router, this dialect, and the codec of a router in front."""
    called = any(isinstance(part, ToolCall) for part in spoken)
    answer = said(*spoken, *([Text(more)] if more else []), finish="tool_calls" if called else "stop")
    chunks, response = vendor.chunks(answer)
    asked = asked_of(**THINKS) if thinks else asked_of()
    body = MESSAGES.answer(asked, response, REPLY)
    sdk.Message.model_validate(json.loads(json.dumps(body)), strict=True)
    wire = written(asked, chunks, response)
    blocks_told(wire)
    heard, read = streamed(wire, seed), decoded(body)
    assert heard.parts == read.parts
    assert heard.usage == read.usage
    assert (heard.finish_reason, heard.extra) == (read.finish_reason, read.extra)
    if not thinks:
        # Unasked thoughts are moved to the calls they led to, or away.
        said_besides = [part for part in told(response.message) if not isinstance(part, Reasoning)]
        assert _joined(part for part in opened(heard.parts) if not isinstance(part, Reasoning)) == _joined(
            said_besides
        )
        return
    # The endpoint that signed is known to clients by an alias.
    assert [_nameless(part) for part in opened(heard.parts)] == [
        _nameless(part) for part in told(response.message)
    ]


def _joined(parts: Any) -> list[Any]:
    """Parts, neighbouring texts as one."""
    joined: list[Any] = []
    for part in parts:
        if joined and isinstance(part, Text) and isinstance(joined[-1], Text):
            joined[-1] = Text(joined[-1].text + part.text)
        else:
            joined.append(part)
    return joined


def _nameless(part: Any) -> Any:
    if isinstance(part, Reasoning):
        return (part.text, part.signature, part.vendor, part.redacted)
    return part


def test_a_stream_that_breaks_tells_nothing_whole(vendor):
    with pytest.raises(ProtocolError):
        streamed(written(asked_of(), [Chunk(text="Hel")], vendor.plain("Hello."))[:-60])
