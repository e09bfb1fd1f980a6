"""Streams, read as the vendors' own packages read them."""

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from anthropic.lib.streaming._messages import accumulate_event
from anthropic.types import RawMessageStreamEvent
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletionChunk
from pydantic import TypeAdapter

from every_dialect import ANTHROPIC, OPENAI
from interlock.types.response import Answer

Body = dict[str, Any]
EVENT: TypeAdapter[Any] = TypeAdapter(RawMessageStreamEvent)
# What JSON is made of, so that pieces often look like the beginning, or the whole, of something.
texts = st.lists(st.sampled_from(["a", "é", "🎈", '"', "\\", "\n", "\u2028", " ", "{", "}"]), max_size=6).map(
    "".join
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 10**20), st.floats(-9, 9), texts),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.just("a") | texts, inner, max_size=2)
    ),
    max_leaves=5,
)
arguments = st.dictionaries(st.just("a") | texts, values, max_size=3)
cuts = st.lists(st.integers(1, 60), max_size=5)
calls = st.lists(st.tuples(st.sampled_from(["look", "find"]), arguments, cuts), max_size=3)


def pieces(text: str, places: Sequence[int]) -> list[str]:
    ends = [0, *sorted({place for place in places if place < len(text)}), len(text)]
    return [text[begin:end] for begin, end in pairwise(ends)]


def called(answer: Answer) -> list[Any]:
    return [(call.id, call.name, dict(call.arguments)) for call in answer.tool_calls]


def chat_deltas(text: str, cut: Sequence[int], wanted: Any) -> Iterator[Body]:
    yield from ({"content": piece} for piece in pieces(text, cut))
    for index, (name, given_, places) in enumerate(wanted):
        begun = {"id": f"call_x{index}", "type": "function", "function": {"name": name, "arguments": ""}}
        yield {"tool_calls": [{"index": index, **begun}]}
        for piece in pieces(json.dumps(given_), places):
            yield {"content": None, "tool_calls": [{"index": index, "function": {"arguments": piece}}]}


@settings(deadline=None)
@given(text=texts, cut=cuts, wanted=calls)
def test_chat_completions(text: str, cut: Sequence[int], wanted: Any) -> None:
    head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    choices = [{"delta": delta, "finish_reason": None} for delta in chat_deltas(text, cut, wanted)]
    choices.append({"delta": {}, "finish_reason": "tool_calls" if wanted else "stop"})
    steps = [{**head, "choices": [{"index": 0, **choice}]} for choice in choices]
    state = ChatCompletionStreamState()
    for step in steps:
        state.handle_chunk(ChatCompletionChunk.model_validate(step))
    read = state.current_completion_snapshot.choices[0]
    answer = OPENAI.read("".join(f"data: {json.dumps(step)}\n\n" for step in steps) + "data: [DONE]\n\n")
    assert answer.text == (read.message.content or "")
    assert called(answer) == [
        (call.id, call.function.name, json.loads(call.function.arguments))
        for call in read.message.tool_calls or ()
    ]
    assert answer.finish_reason == read.finish_reason


def block_events(index: int, block: Body, deltas: Sequence[Body]) -> Iterator[Body]:
    yield {"type": "content_block_start", "index": index, "content_block": block}
    yield from ({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas)
    yield {"type": "content_block_stop", "index": index}


def message_events(text: str, thought: str, cut: Sequence[int], wanted: Any) -> Iterator[Body]:
    usage = {"input_tokens": 9, "output_tokens": 1}
    message = {"id": "m", "type": "message", "role": "assistant", "model": "c", "content": [], "usage": usage}
    yield {"type": "message_start", "message": {**message, "stop_reason": None, "stop_sequence": None}}
    said = [{"type": "thinking_delta", "thinking": piece} for piece in pieces(thought, cut)]
    seal = {"type": "signature_delta", "signature": "c2ln"}
    yield from block_events(0, {"type": "thinking", "thinking": "", "signature": ""}, [*said, seal])
    said = [{"type": "text_delta", "text": piece} for piece in pieces(text, cut)]
    yield from block_events(1, {"type": "text", "text": ""}, said)
    for index, (name, given_, places) in enumerate(wanted, 2):
        block = {"type": "tool_use", "id": f"toolu_{index}", "name": name, "input": {}}
        parts = pieces(json.dumps(given_) if given_ else "", places)
        yield from block_events(
            index, block, [{"type": "input_json_delta", "partial_json": piece} for piece in parts]
        )
    end = {"stop_reason": "tool_use" if wanted else "end_turn", "stop_sequence": None}
    yield {"type": "message_delta", "delta": end, "usage": {"output_tokens": 7}}
    yield {"type": "message_stop"}


@settings(deadline=None)
@given(text=texts, thought=texts.filter(bool), cut=cuts, wanted=calls)
def test_messages(text: str, thought: str, cut: Sequence[int], wanted: Any) -> None:
    events = list(message_events(text, thought, cut, wanted))
    read: Any = None
    for event in events:
        read = accumulate_event(event=EVENT.validate_python(event), current_snapshot=read)
    wire = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
    answer = ANTHROPIC.read(wire)
    assert answer.text == "".join(block.text for block in read.content if block.type == "text")
    assert answer.reasoning == "".join(block.thinking for block in read.content if block.type == "thinking")
    assert called(answer) == [
        (block.id, block.name, block.input) for block in read.content if block.type == "tool_use"
    ]
    assert answer.finish_reason == {"tool_use": "tool_calls", "end_turn": "stop"}[read.stop_reason]
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (9, read.usage.output_tokens)
