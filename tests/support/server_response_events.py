"""Streams of Responses, read as strictly as any client does."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from openai.types.responses import Response, ResponseStreamEvent

_EVENTS = {
    get_args(kind.model_fields["type"].annotation)[0]: kind
    for kind in get_args(get_args(ResponseStreamEvent)[0])
}
_ENDS = ("response.completed", "response.incomplete", "response.failed")
# The text of a place: what its deltas are called, what says that it is over, and where that holds it whole.
_TEXTS = {
    "response.output_text": "text",
    "response.refusal": "refusal",
    "response.reasoning_summary_text": "text",
    "response.function_call_arguments": "arguments",
    "response.custom_tool_call_input": "input",
}

Event = dict[str, Any]


def events_in(data: bytes) -> list[Event]:
    """The events of a stream, each under its own name."""
    found = []
    for block in data.decode().split("\n\n"):
        if not block or block.startswith(":"):
            continue
        name, _, payload = block.partition("\n")
        event = json.loads(payload.removeprefix("data: "))
        assert name == f"event: {event['type']}"
        found.append(event)
    return found


def whole(data: bytes) -> Event:
    """The response at the end of a stream in which everything is as it should be."""
    events = events_in(data)
    for number, event in enumerate(events):
        assert event["sequence_number"] == number
        _EVENTS[event["type"]].model_validate(event)
    assert [event["type"] for event in events[:2]] == ["response.created", "response.in_progress"]
    assert sum(event["type"] in _ENDS for event in events) == 1
    end: Event = events[-1]["response"]
    assert events[-1]["type"] == f"response.{end['status']}"
    Response.model_validate(end)
    told = _Items()
    for event in events[2:-1]:
        told.take(event)
    told.check(end)
    return end


class _Items:
    """Items, one after the other. One that is never done was cut."""

    def __init__(self) -> None:
        self._done: list[Event | None] = []
        self._open: Event | None = None
        self._texts: dict[tuple[str, int], str] = {}
        self._parts: list[Event] = []
        self._part: Event | None = None

    def take(self, event: Event) -> None:
        kind, index = event["type"], event["output_index"]
        if kind == "response.output_item.added" and self._open is not None:
            self._done.append(None)
        assert index == len(self._done)
        if kind == "response.output_item.added":
            self._open, self._texts, self._parts = event["item"], {}, []
        elif kind == "response.output_item.done":
            self._close(event["item"])
        else:
            assert self._open is not None
            assert event["item_id"] == self._open["id"]
            self._inner(kind, event)

    def _inner(self, kind: str, event: Event) -> None:
        place = event.get("content_index", event.get("summary_index", 0))
        base, _, step = kind.rpartition(".")
        if kind.endswith("part.added"):
            assert self._part is None
            assert place == len(self._parts)
            self._part = event["part"]
        elif kind.endswith("part.done"):
            assert self._part is not None
            self._parts.append(event["part"])
            self._part = None
        elif base in _TEXTS:
            assert (self._part is None) == base.startswith(("response.function", "response.custom"))
            if step == "delta":
                assert event["delta"] or base.endswith("input")
                self._texts[base, place] = self._texts.get((base, place), "") + event["delta"]
            else:
                assert event[_TEXTS[base]] == self._texts.get((base, place), "")
        else:
            assert kind == "response.output_text.annotation.added"

    def _close(self, item: Event) -> None:
        opened = self._open
        assert opened is not None
        assert self._part is None
        assert {key: item.get(key) for key in ("id", "type", "call_id", "name", "namespace")} == {
            key: opened.get(key) for key in ("id", "type", "call_id", "name", "namespace")
        }
        parts = item.get("content", item.get("summary"))
        if item["type"] == "message" or (item["type"] == "reasoning" and self._parts):
            assert parts == self._parts
        for (base, place), text in self._texts.items():
            holder: Mapping[str, Any] = item if parts is None else parts[place]
            assert holder[_TEXTS[base]] == text
        self._done.append(item)
        self._open = None

    def check(self, end: Event) -> None:
        output = end["output"]
        ids = [item["id"] for item in output]
        assert len(ids) == len(set(ids))
        told = [*self._done, *([None] if self._open is not None else [])]
        assert len(output) == len(told)
        for item, seen in zip(output, told, strict=True):
            if seen is None:
                assert (end["status"], item["status"]) == ("incomplete", "incomplete")
            else:
                assert _bare(item) == _bare(seen)


def _bare(item: Event) -> Event:
    """Without what may become known with the whole answer alone."""
    kept = {key: value for key, value in item.items() if key not in ("status", "encrypted_content")}
    if "content" in item:
        kept["content"] = [{**part, "annotations": [], "logprobs": []} for part in item["content"]]
    return kept


def deltas_of(events: list[Event], kind: str) -> Iterator[str]:
    """The pieces of one kind."""
    return (event["delta"] for event in events if event["type"] == f"response.{kind}.delta")
