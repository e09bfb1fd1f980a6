"""What an answer says in a form that it cannot have is an error, and never an answer that says less."""

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from operator import getitem
from typing import Any

import pytest

from every_dialect import DIALECTS, Dialect
from interlock.errors import ProviderError
from interlock.types.response import Answer
from response_events import events, said

Path = tuple[str | int, ...]

# A list that is empty, and null, say nothing; these would have said something.
JUNK: Sequence[Any] = (5, 1.5, True, False, 0, ["other"], [5])
CHAT = [
    {"choices": [{"index": 0, "delta": {"role": "assistant", "content": "It rains"}, "finish_reason": None}]},
    {"choices": [{"index": 0, "delta": {"content": " here."}, "finish_reason": None}]},
    {"choices": [{"index": 0, "delta": {"content": [{"type": "text", "text": " So."}]}}]},
    {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
]
GEMINI = [
    {"candidates": [{"index": 0, "content": {"parts": [{"text": "It rains"}]}}]},
    {"candidates": [{"index": 0, "content": {"parts": [{"text": " here."}]}, "finishReason": "STOP"}]},
]
CLAUDE = [
    {"type": "message_start", "message": {"id": "m", "role": "assistant", "content": [], "model": "c"}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "It "}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "rains."}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}},
    {"type": "message_stop"},
]
STREAMS: Mapping[str, Any] = {
    "openai": CHAT,
    "mistral": CHAT,
    "google": GEMINI,
    "anthropic": CLAUDE,
    "responses": events(said("It rains here.")),
}


def places(value: Any, at: Path = ()) -> Iterator[Path]:
    """Where texts, lists and objects are that hold something."""
    if at and value and isinstance(value, (str, list, dict)):
        yield at
    if isinstance(value, (list, dict)):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*at, key))


def value_at(payload: Any, at: Path) -> Any:
    return reduce(getitem, at, payload)


def changed(payload: Any, at: Path, value: Any) -> Any:
    payload = copy.deepcopy(payload)
    value_at(payload, at[:-1])[at[-1]] = value
    return payload


def told(answer: Answer) -> str:
    """All that is no thought, as text. What refusals say is left out: they stay refusals without it."""
    calls = [[call.name, dict(call.arguments)] for call in answer.tool_calls]
    media = [part.data.hex() for part in answer.parts if getattr(part, "data", None)]
    return json.dumps([answer.text, calls, media], ensure_ascii=False)


def read(dialect: Dialect, payload: Any, *, streamed: bool) -> str | None:
    """What is told; None where that is an error."""
    if streamed:
        payload = "".join(f"data: {json.dumps(event)}\n\n" for event in payload)
    try:
        return told(dialect.read(payload))
    except ProviderError:
        return None


def lost(dialect: Dialect, payload: Any, *, streamed: bool) -> Iterator[tuple[Path, Any]]:
    whole = read(dialect, payload, streamed=streamed)
    assert whole is not None
    for at in places(payload):
        # An object may be one of a kind that is new; in the place of a text it is none.
        objects = ({"text": "other"},) if isinstance(value_at(payload, at), str) else ()
        for junk in (*JUNK, *objects):
            left = read(dialect, changed(payload, at, junk), streamed=streamed)
            if left is not None and len(left) < len(whole) and json.dumps(junk) not in left:
                yield at, junk


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_plain_answers(dialect: Dialect) -> None:
    assert [place for answer in dialect.answers for place in lost(dialect, answer, streamed=False)] == []


@pytest.mark.parametrize("name", STREAMS)
def test_streams(name: str) -> None:
    dialect = next(each for each in DIALECTS if each.name == name)
    assert list(lost(dialect, STREAMS[name], streamed=True)) == []
