"""What we read: plain answers, streams, and whatever else a server may send."""

import collections
import json
from collections.abc import Callable
from math import exp
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock.errors import (
    ContextLengthExceeded,
    InvalidRequest,
    ProtocolError,
    ProviderError,
    RateLimited,
    Unavailable,
)
from interlock.fold import Fold
from interlock.http import HttpReply
from interlock.types.messages import Citation, Reasoning, Refusal, Text, ToolCall
from interlock.types.request import Request, ToolSpec
from interlock.types.response import Answer, Usage
from interlock_openai import ChatCompletions

Dialects = Callable[[str], Any]


def answer(message: dict[str, Any], reason: Any = "stop", **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": reason}
    return {"id": "r1", "model": "m", "choices": [choice], **more}


def calling(*calls: tuple[str, str, Any]) -> dict[str, Any]:
    return {
        "content": None,
        "tool_calls": [
            {"id": id_, "type": "function", "function": {"name": name, "arguments": arguments}}
            for id_, name, arguments in calls
        ],
    }


def read(dialect: Any, payload: Any, request: Request | str = "hello") -> Answer:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return dialect.codec.decode(dialect.call(request), HttpReply(status=200, headers={}, body=body))


def sse(*events: Any, done: bool = True) -> bytes:
    lines = [event if isinstance(event, str) else "data: " + json.dumps(event) for event in events]
    return ("\n\n".join([*lines, *(["data: [DONE]"] if done else [])]) + "\n\n").encode()


def chunk(delta: dict[str, Any] | None = None, reason: Any = None, **more: Any) -> dict[str, Any]:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": reason}]
    return {"id": "r1", "model": "m", "choices": choices, **more}


def fragment(**fields: Any) -> dict[str, Any]:
    function = {key: fields.pop(key) for key in ("name", "arguments") if key in fields}
    return {"tool_calls": [{**fields, "function": function}]}


@pytest.mark.parametrize(
    ("arguments", "expected"), [('{"a": 1}', {"a": 1}), ({"a": 1}, {"a": 1}), ("", {}), (None, {}), (" ", {})]
)
def test_arguments_come_as_text_or_object_or_not_at_all(
    arguments: Any, expected: Any, dialect: Dialects
) -> None:
    got = read(dialect("openai"), answer(calling(("c", "f", arguments)), "tool_calls"))
    assert got.parts == (ToolCall(id="c", name="f", arguments=expected),)


@pytest.mark.parametrize("arguments", ['{"a": ', "[1]", '"x"', "1", 7, ["a"], True])
def test_arguments_that_are_no_object_are_never_a_call(arguments: Any, dialect: Dialects) -> None:
    with pytest.raises(ProtocolError, match="arguments"):
        read(dialect("openai"), answer(calling(("c", "f", arguments)), "tool_calls"))


def test_a_cut_answer_keeps_whole_calls_and_drops_the_broken_one(dialect: Dialects) -> None:
    got = read(dialect("openai"), answer(calling(("a", "f", '{"x":1}'), ("b", "g", '{"x":')), "length"))
    assert (got.finish_reason, [call.id for call in got.tool_calls]) == ("length", ["a"])


@pytest.mark.parametrize(
    ("reason", "message", "expected"),
    [
        ("stop", {"content": "x"}, "stop"),
        ("eos", {"content": "x"}, "stop"),
        ("length", {"content": "x"}, "length"),
        ("model_length", {"content": "x"}, "length"),
        ("content_filter", {"content": ""}, "refusal"),
        ("sensitive", {"content": ""}, "refusal"),
        ("stop", {"content": None, "refusal": "no"}, "refusal"),
        ("stop", calling(("c", "f", "{}")), "tool_calls"),
        ("function_call", {"content": None, "function_call": {"name": "f", "arguments": "{}"}}, "tool_calls"),
        (None, calling(("c", "f", "{}")), "tool_calls"),
    ],
)
def test_every_way_to_end_has_one_of_our_words(
    reason: Any, message: Any, expected: str, dialect: Dialects
) -> None:
    assert read(dialect("openai"), answer(message, reason)).finish_reason == expected


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        (answer({"content": "half"}, None), ProtocolError),
        (answer({"content": "half"}, "sunspots"), ProtocolError),
        (answer({"content": "half"}, "tool_calls"), ProtocolError),
        (answer({"content": "half"}, "insufficient_system_resource"), Unavailable),
        (answer({"content": "half"}, "network_error"), Unavailable),
        (answer({"content": "half"}, "error"), Unavailable),
        ({"id": "x", "choices": []}, ProtocolError),
        ({"id": "x"}, ProtocolError),
        ({"choices": [None]}, ProtocolError),
        (
            answer({"content": None, "tool_calls": [{"function": {"arguments": "{}"}}]}, "tool_calls"),
            ProtocolError,
        ),
        (answer({"content": "half", "function_call": {}}), ProtocolError),
        (b"<html>bad gateway</html>", ProtocolError),
        (b"", ProtocolError),
        (b'{"choices": [', ProtocolError),
        (b"[" * 100_000, ProtocolError),
        (b"\xff\xfe", ProtocolError),
        ({"error": {"message": "slow down", "code": 429}}, RateLimited),
        ({"error": {"message": "too long", "code": "context_length_exceeded"}}, ContextLengthExceeded),
        ({"error": "no idea"}, Unavailable),
        ({"object": "error", "message": "bad", "type": "invalid_request_error"}, InvalidRequest),
    ],
)
def test_what_is_no_whole_answer_is_an_error(
    payload: Any, error: type[ProviderError], dialect: Dialects
) -> None:
    with pytest.raises(ProviderError) as caught:
        read(dialect("openai"), payload)
    assert type(caught.value) is error
    assert "half" not in str(caught.value)


def test_thinking_in_parts_in_tags_and_in_fields(dialect: Dialects) -> None:
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "text", "text": "yes"},
        {"type": "text", "text": "!"},
    ]
    assert read(dialect("mistral"), answer({"content": parts})).parts == (
        Reasoning("hm", vendor="mistral"),
        Text("yes!"),
    )
    tagged = {"content": "<think>\nhm</think>\n\nyes"}
    assert read(dialect("vllm"), answer(tagged)).parts == (Reasoning("\nhm", vendor="vllm"), Text("yes"))
    assert read(dialect("openai"), answer(tagged)).text == tagged["content"]
    field = {"content": "yes", "reasoning_content": "hm"}
    assert read(dialect("zhipu"), answer(field)).reasoning == "hm"


def test_sources_stay_with_the_text(dialect: Dialects) -> None:
    source = {"url": "https://a.example", "title": "A", "start_index": 0, "end_index": 2}
    message = {
        "content": "ok",
        "annotations": [{"type": "url_citation", "url_citation": source}, {"type": "file"}],
    }
    got = read(dialect("openai"), answer(message))
    assert got.parts == (
        Text("ok", citations=(Citation(url="https://a.example", title="A", start=0, end=2),)),
    )


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (None, Usage()),
        ({"prompt_tokens": 5, "completion_tokens": 2}, Usage(input_tokens=5, output_tokens=2)),
        ({"prompt_tokens": 5, "prompt_cache_hit_tokens": 3}, Usage(input_tokens=5, cache_read=3)),
        ({"prompt_tokens": True, "completion_tokens": -1, "prompt_tokens_details": 3}, Usage()),
        ({"prompt_tokens": 10**400}, Usage()),
    ],
)
def test_usage_is_what_the_vendor_counted_or_unknown(usage: Any, expected: Usage, dialect: Dialects) -> None:
    assert read(dialect("openai"), answer({"content": "x"}, usage=usage)).usage == expected


def test_a_call_that_was_asked_for_in_words_must_come(dialect: Dialects) -> None:
    request = Request("hi", tools=(ToolSpec(name="look"),), tool_choice="required")
    with pytest.raises(ProtocolError, match="told to call"):
        read(dialect("zhipu"), answer({"content": "no, I will talk"}), request)
    vendor = dialect("zhipu")
    with pytest.raises(ProtocolError, match="told to call"):
        vendor.fold([sse(chunk({"content": "no"}), chunk({}, "stop"))], vendor.call(request))
    assert read(dialect("openai"), answer({"content": "fine"}), request).text == "fine"


@pytest.mark.parametrize("size", [1, 2, 5, 64, 10_000])
def test_a_stream_folds_to_the_same_wherever_it_is_cut(size: int, dialect: Dialects) -> None:
    raw = sse(
        ": hello",
        chunk({"role": "assistant", "content": ""}),
        chunk({"reasoning_content": "hé"}),
        chunk({"content": "naïve "}),
        chunk({"content": "🎈"}),
        chunk(fragment(index=0, id="a", name="f", arguments="")),
        chunk(fragment(index=0, arguments='{"x":')),
        chunk(fragment(index=0, arguments="1}")),
        chunk({}, "tool_calls"),
        chunk(None, usage={"prompt_tokens": 4, "completion_tokens": 3}),
    )
    vendor = dialect("deepseek")
    plain = answer(
        {
            "content": "naïve 🎈",
            "reasoning_content": "hé",
            "tool_calls": calling(("a", "f", '{"x":1}'))["tool_calls"],
        },
        "tool_calls",
        usage={"prompt_tokens": 4, "completion_tokens": 3},
    )
    folded = vendor.fold([raw[at : at + size] for at in range(0, len(raw), size)])
    assert folded == read(vendor, plain)


def test_what_has_no_home_is_the_same_plain_and_streamed(dialect: Dialects) -> None:
    def token(text: str) -> dict[str, Any]:
        return {"token": text, "logprob": -0.5}

    def choice(delta: Any, reason: str | None = None, **more: Any) -> dict[str, Any]:
        return {"index": 0, "delta": delta, "finish_reason": reason, **more}

    beside = {"service_tier": "default", "system_fingerprint": "fp_1"}
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}, "index": 0}
    sound = {"id": "audio_1", "expires_at": 9}
    whole = {
        "content": "ab",
        "audio": {**sound, "data": "YWJj", "transcript": "hello"},
        "images": [picture],
        "executed_tools": [{"index": 0, "type": "search", "output": "found"}],
    }
    filtered = {"hate": {"filtered": False}}
    probable = {"content": [token("a"), token("b")], "refusal": None}
    plain = {
        **beside,
        "choices": [
            {
                "index": 0,
                "message": whole,
                "finish_reason": "stop",
                "logprobs": probable,
                "content_filter_results": filtered,
            }
        ],
    }
    events = [
        choice({"content": "a"}, logprobs={"content": [token("a")], "refusal": None}),
        choice({"content": "b", "audio": sound}, logprobs={"content": [token("b")], "refusal": None}),
        choice({"audio": {"data": "YQ==", "transcript": "hel"}, "images": [picture]}),
        choice({"audio": {"data": "YmM=", "transcript": "lo"}}, logprobs=None),
        choice({"executed_tools": [{"index": 0, "type": "search"}]}),
        choice({"executed_tools": [{"index": 0, "output": "found"}]}),
        choice({}, "stop", content_filter_results=filtered),
    ]
    vendor = dialect("openai")
    raw = sse(*({"choices": [event], "system_fingerprint": "fp_1"} for event in events), {**beside})
    expected = read(vendor, plain)
    assert expected.extra == {
        **beside,
        "logprobs": {"content": [token("a"), token("b")]},
        "content_filter_results": filtered,
        "audio": whole["audio"],
        "images": [picture],
        "executed_tools": whole["executed_tools"],
    }
    assert vendor.fold([raw]) == expected
    assert expected.confidence == pytest.approx(exp(-0.5))
    assert vendor.fold([json.dumps(plain).encode()]) == expected


@pytest.mark.parametrize(
    ("fragments", "expected"),
    [
        # numbered, interleaved
        (
            [
                fragment(index=0, id="a", name="f", arguments=""),
                fragment(index=1, id="b", name="g", arguments='{"y":'),
                fragment(index=0, arguments='{"x":1}'),
                fragment(index=1, arguments="2}"),
            ],
            [("a", "f", {"x": 1}), ("b", "g", {"y": 2})],
        ),
        # ids alone
        (
            [
                fragment(id="a", name="f", arguments="{}"),
                fragment(id="b", name="g", arguments='{"y"'),
                fragment(id="b", arguments=":2}"),
            ],
            [("a", "f", {}), ("b", "g", {"y": 2})],
        ),
        # neither number nor id
        ([fragment(name="f", arguments='{"x"'), fragment(arguments=":1}")], [("call_0", "f", {"x": 1})]),
        # arguments under numbers of their own
        (
            [
                fragment(index=0, id="a", name="f", arguments=""),
                fragment(index=1, arguments='{"x":'),
                fragment(index=2, arguments="1}"),
            ],
            [("a", "f", {"x": 1})],
        ),
        (
            [
                fragment(index=0, id="a", name="f", arguments='{"x":1}'),
                fragment(index=1, id="b", name="g", arguments=""),
                fragment(index=2, arguments='{"y":'),
                fragment(index=3, arguments="2}"),
            ],
            [("a", "f", {"x": 1}), ("b", "g", {"y": 2})],
        ),
        # every call numbered 0
        (
            [
                fragment(index=0, id="a", name="f", arguments="{}"),
                fragment(index=0, id="b", name="g", arguments="{}"),
            ],
            [("a", "f", {}), ("b", "g", {})],
        ),
        # the whole call once more at the end
        (
            [
                fragment(index=0, id="a", name="f", arguments='{"x":1}'),
                fragment(index=0, id="a", name="f", arguments='{"x":1}'),
            ],
            [("a", "f", {"x": 1})],
        ),
        # an object instead of text, and no arguments at all
        ([fragment(index=0, id="a", name="f", arguments={"x": 1})], [("a", "f", {"x": 1})]),
        ([fragment(index=0, id="a", name="f")], [("a", "f", {})]),
        ([{"function_call": {"name": "f"}}, {"function_call": {"arguments": "{}"}}], [("call_0", "f", {})]),
    ],
)
def test_tool_calls_in_fragments(fragments: Any, expected: Any, dialect: Dialects) -> None:
    got = dialect("openai").fold([sse(*(chunk(piece) for piece in fragments), chunk({}, "stop"))])
    assert [(call.id, call.name, call.arguments) for call in got.tool_calls] == expected
    assert got.finish_reason == "tool_calls"


@pytest.mark.parametrize(
    "fragments",
    [
        [
            fragment(index=0, id="a", name="f", arguments='{"x"'),
            fragment(index=1, id="b", name="g", arguments='{"y"'),
            fragment(index=2, arguments=":1}"),
        ],
        [
            fragment(index=0, id="a", name="f"),
            fragment(index=1, id="b", name="g"),
            fragment(index=2, arguments="{}"),
        ],
        [fragment(index=0, id="a", name="f", arguments="{}"), fragment(index=1, arguments='{"x":1}')],
        [fragment(index=1, arguments="{}")],
    ],
)
def test_arguments_that_may_be_one_calls_or_anothers_are_refused(fragments: Any, dialect: Dialects) -> None:
    with pytest.raises(ProtocolError):
        dialect("openai").fold([sse(*(chunk(piece) for piece in fragments), chunk({}, "stop"))])


def test_noughts_at_the_end_do_not_undo_what_was_counted(dialect: Dialects) -> None:
    counted = {"prompt_tokens": 7, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 2}}
    nought = {"prompt_tokens": 0, "completion_tokens": 0, "prompt_tokens_details": {"cached_tokens": 0}}
    events = [chunk({"content": "x"}, usage=counted), chunk({}, "stop"), chunk(usage=nought)]
    got = dialect("openai").fold([sse(*events)])
    assert got.usage == Usage(input_tokens=7, output_tokens=3, cache_read=2)


@pytest.mark.parametrize(
    ("events", "error"),
    [
        ([chunk({"content": "half"})], ProtocolError),
        ([], ProtocolError),
        (['data: {"choices": [{"ind'], ProtocolError),
        (["data: 7"], ProtocolError),
        ([chunk({"content": "x"}), {"error": {"message": "dead", "type": "server_error"}}], Unavailable),
        (['event: error\ndata: {"message": "dead"}'], Unavailable),
        ([chunk({"content": "x"}, "error")], Unavailable),
        ([chunk(fragment(index=0, id="a", name="f", arguments='{"x":')), chunk({}, "stop")], ProtocolError),
        ([chunk(fragment(index=0, id="a", arguments="{}")), chunk({}, "stop")], ProtocolError),
        ([chunk({"tool_calls": {}}, "stop"), chunk({"tool_calls": "x"})], ProtocolError),
        ([{"choices": {"0": 1}}], ProtocolError),
        (["<html>no</html>"], ProtocolError),
    ],
)
@pytest.mark.parametrize("done", [True, False])
def test_a_stream_that_is_not_whole_is_an_error(
    events: Any, error: type[ProviderError], done: bool, dialect: Dialects
) -> None:
    with pytest.raises(ProviderError) as caught:
        dialect("openai").fold([sse(*events, done=done)])
    assert type(caught.value) is error


def test_text_before_an_error_is_handed_over_first(dialect: Dialects) -> None:
    vendor = dialect("openai")
    fold = Fold()
    deltas = vendor.codec.decoder(vendor.call()).feed(
        sse(chunk({"content": "so far"}), {"error": {"message": "dead"}})
    )
    with pytest.raises(Unavailable):
        collections.deque(map(fold.add, deltas), maxlen=0)
    assert fold.text == "so far"


@pytest.mark.parametrize("more", [{}, {"refusal": None, "annotations": []}, {"reasoning": "hm"}])
def test_text_of_a_plain_answer_that_broke_off_is_handed_over_first(more: Any, dialect: Dialects) -> None:
    vendor = dialect("openai")
    fold = Fold()
    decoder = vendor.codec.decoder(vendor.call())
    broken = answer({"content": "so far", **more}, "error")
    assert list(decoder.feed(json.dumps(broken).encode())) == []
    with pytest.raises(Unavailable):
        collections.deque(map(fold.add, decoder.close()), maxlen=0)
    assert fold.text == "so far"
    with pytest.raises(Unavailable):
        read(vendor, broken)


def test_a_cut_stream_with_half_a_call_answers_without_it(dialect: Dialects) -> None:
    half = chunk(fragment(index=0, id="a", name="f", arguments='{"x":'))
    got = dialect("openai").fold([sse(chunk({"content": "so"}), half, chunk({}, "length"))])
    assert (got.text, got.tool_calls, got.finish_reason) == ("so", (), "length")


def test_the_end_may_come_without_the_done_mark_and_usage_in_any_chunk(dialect: Dialects) -> None:
    last = chunk({}, "stop", x_groq={"usage": {"prompt_tokens": 1, "completion_tokens": 2}})
    got = dialect("groq").fold([sse(chunk({"content": "x"}), last, done=False)])
    assert (got.text, got.usage) == ("x", Usage(input_tokens=1, output_tokens=2))


def test_opaque_reasoning_blocks_arrive_whole_in_pieces_or_at_once(dialect: Dialects) -> None:
    def block(**fields: Any) -> dict[str, Any]:
        return {"type": "reasoning.text", "index": 0, "format": "anthropic-claude-v1", **fields}

    vendor = dialect("openrouter")
    whole = {
        "content": "4",
        "reasoning": "two and two",
        "reasoning_details": [block(text="two and two", signature="S")],
    }
    plain = read(vendor, answer(whole))
    streamed = vendor.fold(
        [
            sse(
                chunk({"reasoning": "two ", "reasoning_details": [block(text="two ")]}),
                chunk({"reasoning": "and two", "reasoning_details": [block(text="and two")]}),
                chunk({"reasoning": None, "reasoning_details": [block(signature="S")]}),
                chunk({"content": "4"}),
                chunk({}, "stop"),
            )
        ]
    )
    assert plain.parts == streamed.parts
    thought = plain.parts[0]
    assert isinstance(thought, Reasoning)
    assert json.loads(thought.signature or "")[0]["signature"] == "S"


@given(pieces=st.lists(st.text(alphabet="<think>/ab\n", max_size=9), max_size=8))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_thoughts_in_tags_are_found_wherever_the_text_is_cut(pieces: list[str], dialect: Dialects) -> None:
    vendor, text = dialect("vllm"), "<think>" + "".join(pieces)
    streamed = vendor.fold(
        [
            sse(
                chunk({"content": "<thi"}),
                chunk({"content": "nk>"}),
                *(chunk({"content": piece}) for piece in pieces),
                chunk({}, "stop"),
            )
        ]
    )
    plain = read(vendor, answer({"content": text}))
    assert (streamed.reasoning, streamed.text) == (plain.reasoning, plain.text)
    thought, closed, rest = text.removeprefix("<think>").partition("</think>")
    assert plain.reasoning == thought
    assert plain.text == (rest.lstrip("\n") if closed else "")


def test_a_codec_is_shared_between_calls_without_memory(dialect: Dialects) -> None:
    vendor = dialect("openai")
    one, two = vendor.codec.decoder(vendor.call()), vendor.codec.decoder(vendor.call())
    list(one.feed(sse(chunk({"content": "x"}, "stop"))))
    with pytest.raises(ProtocolError):
        list(two.close())
    assert isinstance(vendor.codec, ChatCompletions)
    assert Refusal("no") != Text("no")


@pytest.mark.parametrize(
    ("vendor", "said", "cost"),
    [
        ("openrouter", 0.0042, 0.0042),
        ("openrouter", 0, 0.0),
        ("openrouter", -1, None),
        ("openrouter", "0.1", None),
        ("openrouter", True, None),
        ("openrouter", 1e308, None),
        ("openai", 0.0042, None),
    ],
)
def test_what_a_reseller_charges_is_read(
    dialect: Dialects, vendor: str, said: object, cost: float | None
) -> None:
    counts = {"prompt_tokens": 1, "completion_tokens": 2, "cost": said}
    plain = read(dialect(vendor), answer({"content": "x"}) | {"usage": counts})
    last = chunk({}, "stop") | {"usage": counts}
    streamed = dialect(vendor).fold([sse(chunk({"content": "x"}), last)])
    assert plain.usage == streamed.usage == Usage(input_tokens=1, output_tokens=2, cost=cost)
