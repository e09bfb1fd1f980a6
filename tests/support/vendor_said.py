"""One answer in the words of each vendor: whole, and as the stream that its servers would send of it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import response_events
from event_stream import stream_of
from interlock.testing import Received, Reply

Body = dict[str, Any]
_EVENTS = {"content-type": "text/event-stream"}
_FRAMES = {"content-type": "application/vnd.amazon.eventstream"}


@dataclass(frozen=True, slots=True)
class Thought:
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    text: str


@dataclass(frozen=True, slots=True)
class Declined:
    """A refusal in the model's own words."""

    text: str


@dataclass(frozen=True, slots=True)
class Called:
    name: str
    arguments: Mapping[str, Any]
    id: str | None = None


Part = Thought | Words | Declined | Called


@dataclass(frozen=True, slots=True)
class Told:
    """An answer. `end` is stop, calls, length or filter; (given, read from the cache, made, thought with) are
    its `tokens`; streams bring `step` characters at once.
    """

    parts: Sequence[Part]
    end: str = "stop"
    tokens: tuple[int, int, int, int] = (100, 30, 20, 8)
    step: int = 3

    def of(self, kind: type[Any]) -> list[Any]:
        return [part for part in self.parts if isinstance(part, kind)]

    def text(self, *kinds: type[Any]) -> str:
        return "".join(part.text for part in self.parts if isinstance(part, kinds))


@dataclass(frozen=True, slots=True)
class Vendor:
    """How a vendor writes an answer whole, and which bytes it streams of it."""

    whole: Callable[[Told], Body]
    stream: Callable[[Told], bytes]
    headers: Mapping[str, str] = field(default_factory=lambda: _EVENTS)

    def reply(self, told: Told) -> Callable[[Received], Reply]:
        def replied(received: Received) -> Reply:
            streams = "stream" in received.path.lower() or received.json().get("stream")
            if streams:
                return Reply(headers=self.headers, pieces=(self.stream(told),))
            return Reply.json(self.whole(told))

        return replied


def _cut(told: Told, text: str) -> Iterator[str]:
    return (text[at : at + told.step] for at in range(0, len(text), told.step))


def _events(events: Sequence[Body | str]) -> bytes:
    return Reply.events(*events).body


def _chat_usage(told: Told) -> Body:
    given, cached, made, thought = told.tokens
    return {
        "prompt_tokens": given,
        "completion_tokens": made,
        "total_tokens": given + made,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": thought},
    }


_CHAT_ENDS = {"stop": "stop", "calls": "tool_calls", "length": "length", "filter": "content_filter"}


def _chat(told: Told) -> Body:
    message: Body = {
        "role": "assistant",
        "content": told.text(Words) or None,
        "refusal": told.text(Declined) or None,
        "reasoning_content": told.text(Thought),
    }
    if calls := told.of(Called):
        message["tool_calls"] = [
            {
                **({} if call.id is None else {"id": call.id}),
                "type": "function",
                "function": {"name": call.name, "arguments": json.dumps(call.arguments)},
            }
            for call in calls
        ]
    choice = {"index": 0, "message": message, "finish_reason": _CHAT_ENDS[told.end]}
    return {"id": "c", "model": "m", "choices": [choice], "usage": _chat_usage(told)}


def _chat_deltas(told: Told) -> Iterator[Body]:
    names = {Thought: "reasoning_content", Words: "content", Declined: "refusal"}
    number = 0
    for part in told.parts:
        if isinstance(part, Called):
            at = {"index": number}
            named = {} if part.id is None else {"id": part.id}
            yield {"tool_calls": [{**at, **named, "function": {"name": part.name, "arguments": ""}}]}
            for piece in _cut(told, json.dumps(part.arguments)):
                yield {"tool_calls": [{**at, "function": {"arguments": piece}}]}
            number += 1
        else:
            yield from ({names[type(part)]: piece} for piece in _cut(told, part.text))


def _chat_stream(told: Told) -> bytes:
    head = {"id": "c", "model": "m"}
    steps = [{**head, "choices": [{"index": 0, "delta": delta}]} for delta in _chat_deltas(told)]
    end = {"index": 0, "delta": {}, "finish_reason": _CHAT_ENDS[told.end]}
    counted = {**head, "choices": [], "usage": _chat_usage(told)}
    return _events([*steps, {**head, "choices": [end]}, counted, "[DONE]"])


def _items(told: Told) -> list[Body]:
    made: list[Body] = []
    for part in told.parts:
        id_ = f"item_{len(made)}"
        if isinstance(part, Called):
            arguments = json.dumps(part.arguments)
            made.append(response_events.called(arguments, part.name, part.id or id_))
        elif isinstance(part, Thought):
            made.append(response_events.thought(part.text, id_=id_))
        else:
            key, kind = ("text", "output_text") if isinstance(part, Words) else ("refusal", "refusal")
            made.append(response_events.message({"type": kind, key: part.text}, id_=id_))
    return made


def _response_more(told: Told) -> Body:
    given, cached, made, thought = told.tokens
    usage = {
        "input_tokens": given,
        "input_tokens_details": {"cached_tokens": cached},
        "output_tokens": made,
        "output_tokens_details": {"reasoning_tokens": thought},
        "total_tokens": given + made,
    }
    why = {"length": "max_output_tokens", "filter": "content_filter"}.get(told.end)
    if why is None:
        return {"usage": usage}
    return {"usage": usage, "status": "incomplete", "incomplete_details": {"reason": why}}


def _response(told: Told) -> Body:
    return response_events.response(*_items(told), **_response_more(told))


def _response_stream(told: Told) -> bytes:
    def cut(text: str) -> list[str]:
        return list(_cut(told, text))

    return _events(response_events.events(*_items(told), cut=cut, **_response_more(told)))


_CLAUDE_ENDS = {"stop": "end_turn", "calls": "tool_use", "length": "max_tokens", "filter": "refusal"}


def _blocks(told: Told) -> Iterator[Body]:
    for number, part in enumerate(told.parts):
        if isinstance(part, Called):
            id_ = part.id or f"toolu_{number}"
            yield {"type": "tool_use", "id": id_, "name": part.name, "input": dict(part.arguments)}
        elif isinstance(part, Thought):
            yield {"type": "thinking", "thinking": part.text, "signature": "c2ln"}
        else:
            yield {"type": "text", "text": part.text}


def _claude(told: Told) -> Body:
    given, cached, made, thought = told.tokens
    usage = {
        "input_tokens": given - cached,
        "cache_read_input_tokens": cached,
        "output_tokens": made,
        "output_tokens_details": {"thinking_tokens": thought},
    }
    return {
        "id": "msg",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": list(_blocks(told)),
        "stop_reason": _CLAUDE_ENDS[told.end],
        "usage": usage,
    }


def _claude_stream(told: Told) -> bytes:
    whole = _claude(told)
    begun = {**whole, "content": [], "stop_reason": None, "usage": {**whole["usage"], "output_tokens": 1}}
    events: list[Body] = [{"type": "message_start", "message": begun}]
    empty = {"text": "", "thinking": "", "signature": "", "input": {}}
    for index, block in enumerate(whole["content"]):
        opened = {key: empty.get(key, value) for key, value in block.items()}
        if block["type"] == "tool_use":
            key, kind, text = "partial_json", "input_json_delta", json.dumps(block["input"])
        else:
            key, kind, text = block["type"], f"{block['type']}_delta", block[block["type"]]
        deltas = [{"type": kind, key: piece} for piece in _cut(told, text)]
        if "signature" in block:
            deltas.append({"type": "signature_delta", "signature": block["signature"]})
        events.append({"type": "content_block_start", "index": index, "content_block": opened})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        events.append({"type": "content_block_stop", "index": index})
    end = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
    events += [{"type": "message_delta", "delta": end, "usage": whole["usage"]}, {"type": "message_stop"}]
    return _events(events)


_GEMINI_ENDS = {"stop": "STOP", "calls": "STOP", "length": "MAX_TOKENS", "filter": "SAFETY"}


def _gemini_part(part: Part) -> Body:
    if isinstance(part, Called):
        id_ = {} if part.id is None else {"id": part.id}
        return {"functionCall": {**id_, "name": part.name, "args": dict(part.arguments)}}
    return {"text": part.text, **({"thought": True} if isinstance(part, Thought) else {})}


def _candidate(parts: Sequence[Body], end: str | None = None) -> Body:
    ended = {} if end is None else {"finishReason": end}
    return {"candidates": [{"content": {"role": "model", "parts": list(parts)}, "index": 0, **ended}]}


def _gemini_counts(told: Told) -> Body:
    given, cached, made, thought = told.tokens
    usage = {
        "promptTokenCount": given,
        "cachedContentTokenCount": cached,
        "candidatesTokenCount": made - thought,
        "thoughtsTokenCount": thought,
        "totalTokenCount": given + made,
    }
    return {"usageMetadata": usage, "modelVersion": "m"}


def _gemini(told: Told) -> Body:
    parts = [_gemini_part(part) for part in told.parts]
    return {**_candidate(parts, _GEMINI_ENDS[told.end]), **_gemini_counts(told)}


def _gemini_stream(told: Told) -> bytes:
    steps: list[Body] = []
    for part in map(_gemini_part, told.parts):
        pieces = [{**part, "text": piece} for piece in _cut(told, part["text"])] if "text" in part else [part]
        steps += [_candidate([piece]) for piece in pieces]
    return _events([*steps, {**_candidate([], _GEMINI_ENDS[told.end]), **_gemini_counts(told)}])


_CONVERSE_ENDS = {
    "stop": "end_turn",
    "calls": "tool_use",
    "length": "max_tokens",
    "filter": "content_filtered",
}


def _converse_blocks(told: Told) -> Iterator[Body]:
    for number, part in enumerate(told.parts):
        if isinstance(part, Called):
            id_ = part.id or f"tooluse_{number}"
            yield {"toolUse": {"toolUseId": id_, "name": part.name, "input": dict(part.arguments)}}
        elif isinstance(part, Thought):
            yield {"reasoningContent": {"reasoningText": {"text": part.text, "signature": "c2ln"}}}
        else:
            yield {"text": part.text}


def _converse(told: Told) -> Body:
    given, cached, made, _ = told.tokens
    usage = {
        "inputTokens": given - cached,
        "cacheReadInputTokens": cached,
        "outputTokens": made,
        "totalTokens": given + made,
    }
    message = {"role": "assistant", "content": list(_converse_blocks(told))}
    return {"output": {"message": message}, "stopReason": _CONVERSE_ENDS[told.end], "usage": usage}


VENDORS: Mapping[str, Vendor] = {
    "chat": Vendor(_chat, _chat_stream),
    "responses": Vendor(_response, _response_stream),
    "anthropic": Vendor(_claude, _claude_stream),
    "google": Vendor(_gemini, _gemini_stream),
    "bedrock": Vendor(_converse, lambda told: stream_of(_converse(told), told.step), _FRAMES),
}
