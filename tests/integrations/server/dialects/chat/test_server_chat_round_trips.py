"""A router in front of a router loses nothing: what our encoder writes is read as it was meant, and what is
answered is decoded as it was said.
"""

import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from interlock import Citation, Reasoning, Refusal, Request, Text, ToolCall, Usage
from interlock.errors import InvalidRequest
from interlock.requests.output import as_output
from interlock.types.provenance import alias_of
from interlock_openai import VENDORS, ChatCompletions
from interlock_server.dialects.chat import CHAT
from interlock_server.dialects.events import json_bytes
from request_strategies import ids, names, requests, values, words
from server_answers import REPLY, call_of, chunks_of, decoded, decoded_stream, response_of

VENDOR = next(vendor for vendor in VENDORS if vendor.name == "openai")
CODEC = ChatCompletions(VENDOR)
ASKED = CHAT.read({"model": "m", "messages": [{"role": "user", "content": "hello"}]})
COUNTED = replace(ASKED, stream=True, keeps={"usage": True})


def body_of(request: Request, *, stream: bool = False) -> dict[str, Any]:
    return json.loads(CODEC.encode(call_of("openai", request), stream=stream).body)


@settings(max_examples=300)
@given(requests(), st.booleans())
def test_what_our_encoder_writes_is_written_again_as_it_was(request: Request, stream: bool) -> None:
    try:
        first = body_of(request, stream=stream)
    except InvalidRequest:
        return
    asked = CHAT.read(first)
    assert asked.model == first["model"]
    assert asked.stream is stream
    # Not by a router, which would refuse calls without results.
    options = {**asked.options, "output": as_output(asked.options.get("output"))}
    again = body_of(Request(asked.messages, **options), stream=stream)
    assert without_empty(again) == without_empty(first)


def without_empty(body: dict[str, Any]) -> dict[str, Any]:
    """A message says the same with nothing in a field as without the field."""
    messages = [{name: each for name, each in message.items() if each} for message in body["messages"]]
    return body | {"messages": messages}


turns = st.one_of(
    st.tuples(st.just("user"), words.filter(bool)),
    st.tuples(st.just("system"), words.filter(bool)),
    st.tuples(st.just("assistant"), words.filter(bool)),
)
calls = st.builds(ToolCall, id=ids.filter(lambda id_: len(id_) <= 40), name=names,
                  arguments=st.dictionaries(names, values, max_size=2))  # fmt: skip
cited = st.builds(Citation, url=words.filter(bool), title=words.filter(bool))
texts = st.builds(Text, words.filter(bool), citations=st.lists(cited, max_size=2).map(tuple))
proofs = st.none() | words.filter(bool)
thoughts = st.builds(Reasoning, words.filter(bool), signature=proofs, vendor=st.just("anthropic"))
usages = st.builds(
    Usage,
    input_tokens=st.integers(0, 99), output_tokens=st.integers(0, 99),
    cache_read=st.none() | st.integers(0, 99), cache_write=st.none() | st.integers(0, 99),
    reasoning=st.none() | st.integers(0, 99),
)  # fmt: skip
extras = st.fixed_dictionaries(
    {},
    optional={
        "service_tier": st.just("default"),
        "system_fingerprint": st.just("fp"),
        "logprobs": st.just({"content": [{"token": "a", "logprob": -0.5, "bytes": [97]}]}),
        "search_results": st.just([{"url": "u"}]),
        "images": st.just([{"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}]),
        "executed_tools": st.just([{"index": 0, "type": "search"}]),
        "audio": st.just({"id": "a", "data": "YWJj", "transcript": "hello"}),
    },
)


@st.composite
def answers(draw: st.DrawFn) -> Any:
    """Answers that this dialect can say: a thought, then a text, then a refusal or calls."""
    parts: list[Any] = draw(st.lists(thoughts, max_size=1)) + draw(st.lists(texts, max_size=1))
    kind = draw(st.sampled_from(["stop", "length", "tool_calls", "refusal"]))
    if kind == "tool_calls":
        parts += draw(st.lists(calls, min_size=1, max_size=3, unique_by=lambda call: call.id))
    if kind == "refusal":
        parts = [part for part in parts if not isinstance(part, Text)]
        parts.append(draw(st.builds(Refusal, words.filter(bool))))
    return response_of(parts, kind, usage=draw(usages), extra=draw(extras))


def same(answer: Any, response: Any) -> None:
    assert answer.text == "".join(p.text for p in response.message.parts if isinstance(p, Text))
    assert answer.reasoning == response.reasoning
    assert answer.refusal == "".join(p.text for p in response.message.parts if isinstance(p, Refusal))
    assert answer.finish_reason == response.finish_reason
    plain = [(call.id, call.name, call.arguments) for call in response.tool_calls]
    assert [(call.id, call.name, call.arguments) for call in answer.tool_calls] == plain
    assert answer.usage == response.usage
    assert answer.served_model == response.model
    assert answer.extra == response.extra
    sources = [each for p in response.message.parts if isinstance(p, Text) for each in p.citations]
    assert [each for p in answer.parts if isinstance(p, Text) for each in p.citations] == sources


@settings(max_examples=200)
@given(answers())
def test_a_whole_answer_is_decoded_as_it_was_said(response: Any) -> None:
    same(decoded(CODEC, "openai", json_bytes(CHAT.answer(ASKED, response, REPLY))), response)


@settings(max_examples=200)
@given(answers(), st.integers(1, 5), st.booleans())
def test_a_stream_is_decoded_as_it_was_said(response: Any, step: int, bytewise: bool) -> None:
    data = b"".join(streamed(response, step))
    pieces = [data[at : at + 1] for at in range(len(data))] if bytewise else [data]
    same(decoded_stream(CODEC, "openai", pieces), response)


def streamed(response: Any, step: int = 3, asked: Any = COUNTED) -> list[bytes]:
    writer = CHAT.writer(asked, REPLY)
    told = [writer.begin(), *(writer.chunk(each) for each in chunks_of(response, step))]
    return [*told, writer.end(response)]


proven = st.builds(
    Reasoning,
    words.filter(bool),
    signature=proofs,
    vendor=st.sampled_from(["anthropic", "deepseek"]),
    origin=st.none() | st.just(alias_of("https://there:443/maker")),
)
hidden = st.builds(
    Reasoning, st.just(""), signature=words.filter(bool), vendor=st.just("openai"), redacted=st.just(True)
)
signed = st.builds(
    ToolCall, id=ids, name=names, signature=words.filter(bool), vendor=st.just("google"),
    arguments=st.dictionaries(names, values, max_size=2),
)  # fmt: skip


@settings(max_examples=200)
@given(
    st.lists(proven | hidden, max_size=3),
    st.none() | words.filter(bool),
    st.lists(signed, max_size=2, unique_by=lambda call: call.id),
)
def test_a_client_that_gives_an_answer_back_gives_its_proofs_back(
    thoughts: list[Any], text: str | None, calls: list[Any]
) -> None:
    parts = [*thoughts, *([Text(text)] if text else []), *calls]
    response = response_of(parts, "tool_calls" if calls else "stop")
    message = json.loads(json_bytes(CHAT.answer(ASKED, response, REPLY)))["choices"][0]["message"]
    results = [{"role": "tool", "tool_call_id": call.id, "content": "done"} for call in calls]
    asked = CHAT.read({"model": "m", "messages": [{"role": "user", "content": "go"}, message, *results]})
    assert asked.messages[1].parts == tuple(parts)
