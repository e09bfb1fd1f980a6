"""Whatever a vendor says, a client is told an answer or a problem, and never of a fault of ours."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from interlock.testing import Reply, Upstream
from server_stage import CALLS, said, stage

_TOKENS = [{"token": "a", "logprob": -0.1, "bytes": [97], "top_logprobs": [{"token": "a", "logprob": -0.1}]}]
_CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
_CITED = {"type": "url_citation", "url_citation": {"url": "http://a", "title": "t", "start_index": 0}}
_SAID = {"content": "Well.", "reasoning_content": "Hm.", "tool_calls": [_CALL], "annotations": [_CITED]}
_USED = {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 1}}
_CHOICE = {"index": 0, "finish_reason": "tool_calls", "logprobs": {"content": _TOKENS}}
ANSWER = {"id": "1", "model": "m-a", "choices": [{**_CHOICE, "message": _SAID}], "usage": _USED}
_DELTA = _SAID | {"tool_calls": [_CALL | {"index": 0}]}
EVENTS = [
    {"id": "1", "model": "m-a", "choices": [{**_CHOICE, "finish_reason": None, "delta": _DELTA}]},
    {"id": "1", "model": "m-a", "choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]},
    {"id": "1", "choices": [], "usage": _USED},
]
_ODD = (None, True, -1, 10**400, float("nan"), "", "\ud800", [], [None], {}, {"a": 1})
_TOOLS: dict[str, Any] = {
    "/v1/chat/completions": {"type": "function", "function": {"name": "f"}},
    "/v1/messages": {"name": "f", "input_schema": {"type": "object"}},
    "/v1/responses": {"type": "function", "name": "f"},
}


def spoilt(value: Any) -> Iterator[Any]:
    """The value, with everything odd in each of its places in turn."""
    if isinstance(value, dict | list):
        for at in value if isinstance(value, dict) else range(len(value)):
            for inner in (*_ODD, *spoilt(value[at])):
                changed = copy.copy(value)
                changed[at] = inner
                yield changed


@pytest.mark.parametrize("path", CALLS)
def test_an_answer_with_anything_odd_in_it_is_told_as_one_or_as_a_problem(path):
    asked = CALLS[path] | {"tools": [_TOOLS[path]], "model": "a"}
    if path == "/v1/chat/completions":
        asked |= {"logprobs": True}
    health = {"error_rate": 1.0, "window": 100_000, "cooldown": 0.001}
    with Upstream() as upstream, stage(upstream, retries={"max": 0}, health=health) as client:
        for answer in spoilt(ANSWER):
            upstream.reply(Reply.json(answer))
            told = client.post(path, asked)
            assert told.status in (200, 502), (answer, told.text)
        for events in spoilt(EVENTS):
            upstream.reply(Reply.events(*map(json.dumps, events), "[DONE]"))
            told = client.post(path, asked | {"stream": True})
            assert told.status in (200, 502), (events, told.text)
            assert "internal_error" not in told.text, events


@pytest.mark.parametrize("path", CALLS)
def test_half_a_character_is_told_as_none_in_a_whole_answer(path):
    with Upstream(always=said("Well \ud83d.")) as upstream, stage(upstream) as client:
        told = client.post(path, CALLS[path])
    assert "Well \ufffd." in told.text
    assert "\\u" not in told.text
