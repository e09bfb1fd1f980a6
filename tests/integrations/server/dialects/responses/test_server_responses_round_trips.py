"""A router in front of a router: what the one writes the other reads, and nothing is lost on the way."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from interlock import (
    Chunk,
    Citation,
    Delta,
    Image,
    Message,
    Reasoning,
    Refusal,
    Request,
    Text,
    ToolCall,
    Usage,
)
from interlock.errors import ProviderError
from interlock.fold import Fold
from interlock.testing import scripted_router
from interlock.types.provenance import alias_of
from interlock.types.response import ToolCallDelta
from interlock_openai import VENDORS, Responses
from interlock_server.dialects.responses import RESPONSES
from request_strategies import names, requests, values, words
from server_answers import REPLY, call_of, decoded, decoded_stream, response_of
from server_response_events import whole

CODEC = Responses(next(vendor for vendor in VENDORS if vendor.name == "openai"))

seals = st.text("abcXYZ+/=", min_size=1, max_size=20)
origins = st.none() | st.sampled_from(["https://models.example:443/maker", "local/maker"])
spoken = st.text(min_size=1, max_size=12)


def asked_by(body: dict[str, Any]) -> Request:
    asked = RESPONSES.read(body)
    return Request(asked.messages, **asked.options)


def body_of(request: Request) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(CODEC.encode(call_of("openai", request), stream=False).body)
    return body


sealed = st.builds(
    lambda words, seal: json.dumps(
        {
            "summary": [{"type": "summary_text", "text": words}] if words else [],
            "type": "reasoning",
            "id": "rs_1",
            "encrypted_content": "gAAAA" + seal,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ),
    words,
    seals,
)


@given(request=requests(sealed, sealed))
def test_what_one_router_asks_another_asks_in_the_same_words(request: Request) -> None:
    try:
        body = body_of(request)
    except ProviderError:
        return  # the vendor does not take that
    if not body["input"]:
        return
    again = body_of(asked_by(body))
    kept = ("temperature", "top_p", "max_output_tokens", "top_logprobs", "user", "safety_identifier", "text")
    for name in ("input", "tools", "tool_choice", "parallel_tool_calls", *kept):
        assert again.get(name) == body.get(name), name


thoughts = st.builds(
    Reasoning,
    spoken,
    vendor=st.sampled_from(["anthropic", "openai", "deepseek"]),
    signature=st.none() | seals,
    origin=origins,
)
hidden = st.builds(
    Reasoning,
    st.just(""),
    vendor=st.sampled_from(["anthropic", "google"]),
    signature=seals,
    origin=origins,
    redacted=st.booleans(),
)
calls = st.builds(
    ToolCall,
    id=st.text("abc_0", min_size=1, max_size=9),
    name=names,
    arguments=st.dictionaries(names, values, max_size=2),
    signature=st.none() | seals,
    vendor=st.just("google"),
    origin=origins,
)
cited = st.builds(
    lambda text, whole: Text(text, citations=(whole,)),
    spoken,
    st.just(Citation(url="https://example.org/a", title="A", start=0, end=1)),
)
media = st.sampled_from([Image(data=b"\x89PNG", media_type="image/png")])


def told_apart(parts: Sequence[Any]) -> list[Any]:
    """The same, each call under an id of its own."""
    return [
        replace(part, id=f"{part.id}{number}") if isinstance(part, ToolCall) else part
        for number, part in enumerate(parts)
    ]


said = st.one_of(st.builds(Text, spoken), cited, thoughts, hidden, calls)
answers = st.lists(said, max_size=5).map(told_apart)
usages = st.builds(
    Usage,
    input_tokens=st.integers(0, 99),
    output_tokens=st.integers(0, 99),
    cache_read=st.integers(0, 9),
    cache_write=st.integers(0, 9),
    reasoning=st.integers(0, 9),
)


def ending(parts: Sequence[Any]) -> str:
    return "tool_calls" if any(isinstance(part, ToolCall) for part in parts) else "stop"


def plain(parts: Sequence[Any]) -> list[Any]:
    """What every vendor can be told of an answer: neighbours joined, without proofs."""
    found: list[Any] = []
    for part in parts:
        if isinstance(part, Text) and found and isinstance(found[-1], Text):
            found[-1] = Text(found[-1].text + part.text)
        elif isinstance(part, Text):
            found.append(Text(part.text))
        elif isinstance(part, Reasoning) and part.text:
            found.append(Reasoning(part.text))
        elif isinstance(part, ToolCall):
            found.append(ToolCall(id=part.id, name=part.name, arguments=part.arguments))
    return found


@given(parts=answers, usage=usages)
def test_an_answer_comes_through_whole(parts: list[Any], usage: Usage) -> None:
    asked = RESPONSES.read({"model": "auto", "input": "hello"})
    response = response_of(parts, ending(parts), usage=usage)
    body = json.dumps(RESPONSES.answer(asked, response, REPLY)).encode()
    answer = decoded(CODEC, "openai", body)
    assert plain(answer.parts) == plain(parts)
    assert (answer.finish_reason, answer.usage) == (ending(parts), usage)
    places = [each for part in answer.parts if isinstance(part, Text) for each in part.citations]
    assert all(each.url == "https://example.org/a" and each.start is not None for each in places)
    assert len(places) == sum(isinstance(part, Text) and bool(part.citations) for part in parts)


def returned(answer: Any) -> list[Any]:
    """What the inner router is given back of its answer, by the outer one."""
    history = [Message("user", "?"), Message("assistant", answer.parts), Message("user", "!")]
    read = asked_by(body_of(Request(history)))
    return [part for message in read.messages if message.role == "assistant" for part in message.parts]


@given(parts=answers)
def test_proofs_come_back_as_they_went(parts: list[Any]) -> None:
    """The outer router keeps thoughts with their seals, whoever's they are."""
    asked = RESPONSES.read({"model": "auto", "input": "hello"})
    body = json.dumps(RESPONSES.answer(asked, response_of(parts, ending(parts)), REPLY)).encode()
    back = returned(decoded(CODEC, "openai", body))
    if not any(isinstance(part, Text | ToolCall) for part in parts):
        return  # a turn of thoughts alone led to nothing, and does not go back
    assert kept(back) == kept(parts)


def kept(parts: Sequence[Any]) -> list[Any]:
    """Thoughts and calls with their proofs, the endpoint by what stands for it."""
    found = [part for part in parts if isinstance(part, Reasoning | ToolCall)]
    return sorted(
        (
            part if part.origin is None else replace(part, origin=alias_of(part.origin))
            for part in found
            if isinstance(part, Reasoning)
            or part.signature is not None
            or (part.vendor is not None and part.signature is not None)
        ),
        key=repr,
    )


def deltas_of(parts: Sequence[Any], usage: Usage, step: int) -> list[Delta]:
    """A vendor's stream of such an answer."""
    told: list[Delta] = []
    number = 0
    for part in parts:
        if isinstance(part, Text):
            told += [Delta(part.text[at : at + step]) for at in range(0, len(part.text), step)]
            told.append(Delta(citations=part.citations))
        elif isinstance(part, Refusal):
            told.append(Delta(refusal=part.text))
        elif isinstance(part, Image):
            told.append(Delta(media=(part,)))
        elif isinstance(part, Reasoning):
            told += [Delta(reasoning=part.text[at : at + step]) for at in range(0, len(part.text), step)]
            if part.signature is not None:
                told.append(Delta(signature=part.signature, redacted=part.redacted))
        else:
            told.append(Delta(tool_calls=(ToolCallDelta(index=number, id=part.id, name=part.name),)))
            text = json.dumps(dict(part.arguments))
            for at in range(0, len(text), step):
                piece = ToolCallDelta(index=number, arguments=text[at : at + step])
                told.append(Delta(tool_calls=(piece,)))
            if part.signature is not None:
                told.append(Delta(tool_calls=(ToolCallDelta(index=number, signature=part.signature),)))
            number += 1
    return [*told, Delta(finish_reason=ending(parts), usage=usage)]


@st.composite
def mixed(draw: st.DrawFn) -> list[Delta]:
    """A stream of which everything comes in pieces, and in between each other, as some vendors do."""
    parts = told_apart(draw(st.lists(said, max_size=5)))
    queues, number = [], 0
    for part in parts:
        own = [each for each in deltas_of([part], Usage(), draw(st.integers(1, 9))) if not each.finish_reason]
        if isinstance(part, ToolCall):
            own = [replace(d, tool_calls=(replace(d.tool_calls[0], index=number),)) for d in own]
            number += 1
        queues.append(own)
    told: list[Delta] = []
    while queues:
        at = draw(st.integers(0, len(queues) - 1))
        told.append(queues[at].pop(0))
        if not queues[at]:
            queues.pop(at)
    return told


@given(deltas=mixed(), cut=st.integers(0, 9), size=st.integers(1, 400))
def test_pieces_in_any_order_are_items_one_after_the_other(deltas: list[Delta], cut: int, size: int) -> None:
    """A stream may stop at a length, too, and half a call is then none."""
    kept, reason = (deltas[:cut], "length") if cut < len(deltas) else (deltas, None)
    fold = Fold("openai")
    for delta in kept:
        fold.add(delta)
    called = any(delta.tool_calls for delta in kept)
    fold.add(
        Delta(finish_reason=reason or ("tool_calls" if called else "stop"), usage=Usage(output_tokens=1))
    )
    answer = fold.answer()
    response = response_of(answer.parts, answer.finish_reason, usage=answer.usage)
    writer = RESPONSES.writer(RESPONSES.read({"model": "auto", "input": "hello"}), REPLY)
    data = writer.begin()
    for delta in kept:
        chunk = Chunk(text=delta.text, reasoning=delta.reasoning, tool_call_deltas=delta.tool_calls)
        data += writer.chunk(chunk)
    data += writer.end(response)
    whole(data)
    read = decoded_stream(CODEC, "openai", (data[at : at + size] for at in range(0, len(data), size)))
    assert (read.text, read.finish_reason) == (answer.text, answer.finish_reason)
    assert plain(read.tool_calls) == plain(answer.tool_calls)


@settings(max_examples=30)  # each is a call of a router's
@given(
    parts=st.lists(said | media, max_size=5).map(told_apart),
    usage=usages,
    step=st.integers(1, 9),
    size=st.integers(1, 400),
    rescue=st.sampled_from(["replay", "hold"]),
)
def test_a_stream_comes_through_as_the_answer_does(
    parts: list[Any], usage: Usage, step: int, size: int, rescue: str
) -> None:
    deltas = deltas_of(parts, usage, step)
    tools = [{"name": name} for name in sorted({part.name for part in parts if isinstance(part, ToolCall)})]
    router = scripted_router({"a": [deltas]})
    asked = RESPONSES.read({"model": "auto", "input": "hello", "stream": True})

    async def written() -> tuple[bytes, Any]:
        writer = RESPONSES.writer(asked, REPLY)
        data = writer.begin()
        stream = router.stream("Go", tools=tools, rescue=rescue)
        async for chunk in stream:
            data += writer.chunk(chunk)
        assert stream.response is not None
        return data + writer.end(stream.response), stream.response

    data, response = asyncio.run(written())
    end = whole(data)
    answer = decoded_stream(CODEC, "openai", (data[at : at + size] for at in range(0, len(data), size)))
    assert answer.text == response.text
    assert answer.reasoning.replace("\n\n", "") == response.reasoning.replace("\n\n", "")
    assert plain(answer.tool_calls) == plain(response.tool_calls)
    assert (answer.finish_reason, answer.usage) == (response.finish_reason, response.usage)
    assert end["model"] == response.model
    if any(isinstance(part, Text | ToolCall) for part in response.message.parts):
        assert kept(returned(answer)) == kept(response.message.parts)
