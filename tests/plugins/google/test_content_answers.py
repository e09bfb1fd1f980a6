"""What comes back: plain and streamed alike."""

import base64
import json
from dataclasses import replace
from itertools import pairwise
from math import exp
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.errors import InvalidRequest, PermissionDenied, ProtocolError, RateLimited, Unavailable
from interlock.types.messages import Citation, Image, Message, Reasoning, Refusal, Text, ToolCall
from interlock.types.request import Output, Request, ToolSpec
from interlock.types.response import Usage
from request_strategies import SCHEMA, assistant_parts, values


def payload(*parts: Any, end: str | None = "STOP", **candidate: Any) -> dict[str, Any]:
    reason = {} if end is None else {"finishReason": end}
    return {
        "candidates": [{"content": {"role": "model", "parts": list(parts)}, **reason, **candidate}],
        "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 2, "totalTokenCount": 5},
        "modelVersion": "gemini-2.5-flash",
        "responseId": "r-1",
    }


def said(text: str, **more: Any) -> dict[str, Any]:
    return {"text": text, **more}


def calling(name: str, args: Any = None, **part: Any) -> dict[str, Any]:
    return {"functionCall": {"name": name} | ({} if args is None else {"args": args}), **part}


signatures = st.binary(min_size=1, max_size=6).map(lambda raw: base64.b64encode(raw).decode())
signed = st.fixed_dictionaries({}, optional={"thoughtSignature": signatures})
objects = st.dictionaries(st.text(max_size=3), values, max_size=2)
pieces = st.one_of(
    st.builds(lambda text, more: {"text": text, **more}, st.text(max_size=4), signed),
    st.builds(lambda text, more: {"text": text, "thought": True, **more}, st.text(max_size=4), signed),
    st.builds(
        lambda name, args, id_, more: {
            "functionCall": {"name": name, "args": args} | ({"id": id_} if id_ else {}),
            **more,
        },
        st.sampled_from("fg"),
        objects,
        st.sampled_from(["", "x1"]),
        signed,
    ),
    st.builds(
        lambda kind, more: {kind: {"code": "1"}, **more},
        st.sampled_from(["executableCode", "toolCall"]),
        signed,
    ),
    signed,
)


@settings(max_examples=400, deadline=None)
@given(
    parts=st.lists(pieces, max_size=6),
    cuts=st.lists(st.integers(0, 6), max_size=3),
    end=st.sampled_from(["STOP", "MAX_TOKENS", "SAFETY"]),
    grounded=st.booleans(),
)
def test_a_stream_folds_to_the_plain_answer(
    parts: list[Any], cuts: list[int], end: str, grounded: bool, dialect: Any
) -> None:
    extra: dict[str, Any] = {"finishMessage": "as it is", "safetyRatings": [{"category": "HARM"}]}
    if grounded:
        extra["groundingMetadata"] = {
            "groundingChunks": [{"web": {"uri": "https://a.example", "title": "a"}}],
            "groundingSupports": [{"segment": {"endIndex": 1}, "groundingChunkIndices": [0]}],
        }
    chosen = [{"token": str(index)} for index in range(len(parts))]
    probable = {"logprobsResult": {"chosenCandidates": chosen}}
    whole = dialect.decode(payload(*parts, end=end, **extra, **probable))
    edges = [0, *sorted(cuts), len(parts)]
    events = [
        payload(*parts[a:b], end=None, logprobsResult={"chosenCandidates": chosen[a:b]})
        for a, b in pairwise(edges)
    ]
    assert dialect.fold_events(*events, payload(end=end, **extra)) == whole
    assert dialect.fold([json.dumps(payload(*parts, end=end, **extra, **probable)).encode()]) == whole


@settings(max_examples=300, deadline=None)
@given(parts=assistant_parts(signatures))
def test_what_we_send_of_a_turn_is_what_we_would_read(parts: list[Any], dialect: Any) -> None:
    parts = [
        replace(part, id=f"{at}_{part.id}", vendor="google" if part.signature else None)
        if isinstance(part, ToolCall)
        else part
        for at, part in enumerate(parts)
    ]
    contents = dialect.body(Request([Message("user", "?"), Message("assistant", parts)]))["contents"]
    sent = contents[1]["parts"] if len(contents) > 1 else []
    answer = dialect.decode(payload(*sent))
    kept = [part for part in parts if not isinstance(part, Reasoning) or part.vendor == "google"]
    assert answer.text == "".join(part.text for part in kept if isinstance(part, (Text, Refusal)))
    assert answer.reasoning == "".join(part.text for part in kept if isinstance(part, Reasoning))
    assert answer.tool_calls == tuple(part for part in kept if isinstance(part, ToolCall))
    history = [part for part in answer.parts if isinstance(part, Reasoning)]
    assert "".join(part.signature or "" for part in history) == "".join(
        part.signature or "" for part in kept if isinstance(part, Reasoning)
    )


def test_thoughts_signatures_and_calls_in_their_order(dialect: Any) -> None:
    answer = dialect.decode(
        payload(
            said("hm", thought=True),
            said("so", thoughtSignature="YQ=="),
            calling("f", {"x": 1}, thoughtSignature="Yg=="),
            calling("g"),
        )
    )
    assert answer.parts == (
        Reasoning("hm", vendor="google"),
        Text("so"),
        Reasoning("", signature="YQ==", vendor="google", redacted=True),
        ToolCall(id="call_r-1_0", name="f", arguments={"x": 1}, signature="Yg==", vendor="google"),
        ToolCall(id="call_r-1_1", name="g", arguments={}),
    )
    assert answer.finish_reason == "tool_calls"


def test_an_id_of_the_vendors_is_kept_and_without_a_response_id_calls_are_numbered(dialect: Any) -> None:
    reply = payload({"functionCall": {"name": "f", "id": "x9", "args": {}}}, calling("f", {}))
    del reply["responseId"]
    assert [call.id for call in dialect.decode(reply).tool_calls] == ["x9", "call_1"]
    assert [call.id for call in dialect.fold_events(reply).tool_calls] == ["x9", "call_1"]


def test_what_the_vendors_own_tools_did_is_kept_and_not_shown(dialect: Any) -> None:
    ran = {"executableCode": {"language": "PYTHON", "code": "print(1)"}, "thoughtSignature": "YQ=="}
    got = {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}}
    reply = payload(ran, got, said("one"))
    answer = dialect.decode(reply)
    assert (answer.text, answer.reasoning, answer.tool_calls) == ("one", "", ())
    assert [json.loads(part.signature) for part in answer.parts[:2]] == [ran, got]
    assert dialect.fold_events(reply).parts == answer.parts


def test_a_picture_made_by_the_model_is_a_part(dialect: Any) -> None:
    blob = {"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}}
    reply = payload(said("here: "), {**blob, "thoughtSignature": "YQ=="})
    _, picture, kept = dialect.decode(reply).parts
    assert dialect.fold_events(reply).parts == dialect.decode(reply).parts
    assert picture == Image(data=b"\x89PNG\r\n\x1a\n", media_type="image/png")
    assert dialect.body(Request([Message("user", "?"), Message("assistant", [picture, kept])]))["contents"][
        1
    ]["parts"] == [{**blob, "thoughtSignature": "YQ=="}]


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("MALFORMED_FUNCTION_CALL", ProtocolError),
        ("UNEXPECTED_TOOL_CALL", ProtocolError),
        ("TOO_MANY_TOOL_CALLS", ProtocolError),
        ("OTHER", Unavailable),
        ("MISSING_THOUGHT_SIGNATURE", InvalidRequest),
        ("PUP_LIMITED_DISABLED", PermissionDenied),
        ("SOMETHING_NEW", ProtocolError),
    ],
)
def test_an_answer_that_broke_off_is_an_error(reason: str, kind: type[Exception], dialect: Any) -> None:
    reply = payload(said("half"), end=reason, finishMessage="print(default_api.secret())")
    for attempt in (lambda: dialect.decode(reply), lambda: dialect.fold_events(reply)):
        with pytest.raises(kind, match=reason) as caught:
            attempt()
        assert caught.value.code == reason
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "reason",
    ["SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY"],
)
def test_a_blocked_answer_is_a_refusal(reason: str, dialect: Any) -> None:
    reply = payload(end=reason, safetyRatings=[{"category": "HARM"}], finishMessage="Blocked.")
    del reply["candidates"][0]["content"]
    answer = dialect.decode(reply)
    assert (answer.finish_reason, answer.parts) == ("refusal", (Refusal("Blocked."),))
    assert answer.extra["safety_ratings"] == [{"category": "HARM"}]
    assert dialect.fold_events(reply).parts == answer.parts


def test_a_blocked_prompt_is_a_refusal(dialect: Any) -> None:
    reply = {
        "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
        "usageMetadata": {"promptTokenCount": 7, "totalTokenCount": 7},
        "modelVersion": "gemini-2.5-flash",
    }
    answer = dialect.decode(reply)
    assert (answer.finish_reason, answer.text, answer.usage.input_tokens) == ("refusal", "", 7)
    assert answer.extra["prompt_feedback"] == {"blockReason": "PROHIBITED_CONTENT"}
    folded = dialect.fold_events(reply)
    assert (folded.finish_reason, folded.parts, folded.usage) == ("refusal", answer.parts, answer.usage)


@pytest.mark.parametrize(
    ("part", "end", "kept"),
    [
        (calling("f"), "MAX_TOKENS", []),
        (calling(""), "MAX_TOKENS", []),
        (calling("f", "text"), "MAX_TOKENS", []),
        (calling("f", {"a": 1}), "MAX_TOKENS", ["f"]),
        ({"functionCall": {"name": "f", "args": {"a": 1}, "willContinue": True}}, "MAX_TOKENS", []),
    ],
)
def test_a_cut_answer_keeps_whole_calls_alone(part: Any, end: str, kept: list[str], dialect: Any) -> None:
    for answer in (dialect.decode(payload(part, end=end)), dialect.fold_events(payload(part, end=end))):
        assert ([call.name for call in answer.tool_calls], answer.finish_reason) == (kept, "length")


@pytest.mark.parametrize("part", [calling(""), calling("f", "text"), calling("f", [1]), {"functionCall": 1}])
def test_a_broken_call_is_an_error(part: Any, dialect: Any) -> None:
    with pytest.raises(ProtocolError, match="tool call"):
        dialect.decode(payload(part))
    with pytest.raises(ProtocolError, match="tool call"):
        dialect.fold_events(payload(part))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"<html>",
        b'{"candidates": []}',
        b'{"candidates": [1]}',
        b'{"candidates": {}}',
        b'{"candidates": [{"content": {"parts": [1]}, "finishReason": "STOP"}]}',
        b'{"candidates": [{"content": {"parts": [{"text": 1}]}, "finishReason": "STOP"}]}',
        b'{"candidates": [{"content": {"parts": [{"text": "whole?"}]}}]}',
    ],
)
def test_what_is_no_answer_is_an_error(body: bytes, dialect: Any) -> None:
    with pytest.raises(ProtocolError):
        dialect.decode(body)
    for stream in (body, b"data: " + body + b"\n\n"):
        with pytest.raises(ProtocolError):
            dialect.fold([stream])


def test_a_stream_without_its_end_was_cut(dialect: Any) -> None:
    with pytest.raises(ProtocolError, match="ended before it was finished"):
        dialect.fold_events(payload(said("half"), end=None))


@pytest.mark.parametrize("form", [b"data: %s\n\n", b"%s", b"[%s]", b"data: %s"])
def test_an_error_inside_a_stream_is_the_typed_one(form: bytes, dialect: Any) -> None:
    failed = {"error": {"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED"}}
    with pytest.raises(RateLimited, match="slow down") as caught:
        dialect.fold([form % json.dumps(failed).encode()])
    assert (caught.value.status, caught.value.code) == (429, "RESOURCE_EXHAUSTED")
    with pytest.raises(RateLimited):
        dialect.decode(failed)


GROUNDED = {
    "groundingChunks": [
        {"web": {"uri": "https://a.example", "title": "A"}},
        {"retrievedContext": {"text": "the words", "title": "B"}},
        {"web": {"uri": "https://c.example"}},
        "junk",
    ],
    "groundingSupports": [
        {"segment": {"startIndex": 7, "endIndex": 11, "text": "25°"}, "groundingChunkIndices": [0, 1, 99]},
        {"segment": {"startIndex": 900, "endIndex": 999, "text": "nowhere"}, "groundingChunkIndices": [0]},
    ],
}


def test_citations_count_characters_where_the_vendor_counts_bytes(dialect: Any) -> None:
    text = "Itß is 25° warm"
    answer = dialect.decode(payload(said(text), groundingMetadata=GROUNDED))
    (part,) = answer.parts
    at = text.index("25°")
    assert part.citations == (
        Citation(url="https://a.example", title="A", start=at, end=at + 3),
        Citation(title="B", quote="the words", start=at, end=at + 3),
        Citation(url="https://a.example", title="A"),
        Citation(url="https://c.example"),
    )
    early = payload(said(text[:4]), end=None, groundingMetadata={})
    assert (
        dialect.fold_events(early, payload(said(text[4:]), groundingMetadata=GROUNDED)).parts == answer.parts
    )


@pytest.mark.parametrize("key", ["citationSources", "citations"])
def test_recited_sources_are_citations(key: str, dialect: Any) -> None:
    cited = {key: [{"startIndex": 1, "endIndex": 3, "uri": "https://a.example", "license": "mit"}]}
    (part,) = dialect.decode(payload(said("öab"), citationMetadata=cited)).parts
    assert part.citations == (Citation(url="https://a.example"),)  # byte 1 lies inside a letter
    (part,) = dialect.decode(payload(said("oab"), citationMetadata=cited)).parts
    assert part.citations == (Citation(url="https://a.example", start=1, end=3),)
    again = payload(said("ab"), citationMetadata=cited), payload(citationMetadata=cited)
    assert dialect.fold_events(payload(said("o"), end=None), *again).parts == (part,)


@pytest.mark.parametrize(
    ("told", "usage"),
    [
        (
            {
                "promptTokenCount": 10,
                "toolUsePromptTokenCount": 5,
                "candidatesTokenCount": 3,
                "thoughtsTokenCount": 4,
                "cachedContentTokenCount": 8,
            },
            Usage(input_tokens=15, output_tokens=7, cache_read=8, reasoning=4),
        ),
        ({"promptTokenCount": 10}, Usage(input_tokens=10)),
        ({"thoughtsTokenCount": 4}, Usage(output_tokens=4, reasoning=4)),
        ({"promptTokenCount": -1, "candidatesTokenCount": "9"}, Usage()),
        (None, Usage()),
    ],
)
def test_usage_is_what_the_vendor_says_and_no_more(told: Any, usage: Usage, dialect: Any) -> None:
    reply = payload(said("x")) | {"usageMetadata": told}
    assert dialect.decode(reply).usage == usage
    assert dialect.fold_events(reply).usage == usage


def test_an_answer_given_by_its_own_tool_is_text(dialect: Any) -> None:
    request = Request(
        "where?",
        tools=(ToolSpec(name="look"),),
        output=Output(name="city", schema=SCHEMA, build=dict),
    )
    call = dialect.call(request)
    reply = payload(calling("answer_city", {"city": "Köln"}), calling("answer_city", {"city": "again"}))
    for answer in (dialect.decode(reply, call), dialect.fold_events(reply, call=call)):
        assert (json.loads(answer.text), answer.tool_calls) == ({"city": "Köln"}, ())
        assert answer.finish_reason == "stop"
    looked = dialect.decode(payload(calling("look", {})), call)
    assert (looked.finish_reason, looked.tool_calls[0].name) == ("tool_calls", "look")


def test_the_candidate_with_index_0_is_the_answer(dialect: Any) -> None:
    reply = payload(said("b"), index=1)
    reply["candidates"] += payload(said("a"), index=0)["candidates"]
    assert dialect.decode(reply).text == "a"
    assert dialect.fold_events(reply).text == "a"


def test_logprobs_are_kept_as_data(dialect: Any) -> None:
    result = {"chosenCandidates": [{"token": "x", "logProbability": -0.1}]}
    answer = dialect.decode(payload(said("x"), logprobsResult=result))
    assert (answer.extra, answer.confidence) == ({"logprobs": result}, pytest.approx(exp(-0.1)))


def test_a_mean_of_the_vendors_own_says_how_sure_it_is(dialect: Any) -> None:
    assert dialect.decode(payload(said("x"), avgLogprobs=-0.2)).confidence == pytest.approx(exp(-0.2))


@pytest.mark.parametrize(
    "part",
    [
        {"inlineData": {"mimeType": "image/png", "data": "?"}},
        {"executableCode": json.loads("[" * 900 + "]" * 900)},
    ],
)
def test_a_part_that_cannot_be_kept_is_an_error_or_kept_whole(part: Any, dialect: Any) -> None:
    try:
        kept = dialect.decode(payload(part)).parts[0]
    except ProtocolError:
        return
    assert json.loads(kept.signature) == part
