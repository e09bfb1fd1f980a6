"""Responses as OpenAI's servers write them, whole and as a stream of events."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

Item = dict[str, Any]
Cut = Callable[[str], Sequence[str]]


def said(text: str, *, annotations: Sequence[Item] = (), id_: str = "msg_1", **more: Any) -> Item:
    part = {"type": "output_text", "text": text, "annotations": list(annotations), "logprobs": []}
    return message(part, id_=id_, **more)


def message(*parts: Item, id_: str = "msg_1", **more: Any) -> Item:
    head = {"id": id_, "type": "message", "role": "assistant", "status": "completed"}
    return {**head, "content": list(parts), **more}


def refused(words: str) -> Item:
    return message({"type": "refusal", "refusal": words})


def thought(*summary: str, seal: str | None = "gAAAAseal", id_: str = "rs_1", **more: Any) -> Item:
    parts = [{"type": "summary_text", "text": text} for text in summary]
    sealed = {} if seal is None else {"encrypted_content": seal}
    return {"id": id_, "type": "reasoning", "summary": parts, **sealed, **more}


def called(arguments: str, name: str = "look", call_id: str = "call_1", **more: Any) -> Item:
    head = {"id": f"fc_{call_id}", "type": "function_call", "status": "completed"}
    return {**head, "call_id": call_id, "name": name, "arguments": arguments, **more}


USAGE = {
    "input_tokens": 112,
    "input_tokens_details": {"cached_tokens": 100, "cache_write_tokens": 7},
    "output_tokens": 9,
    "output_tokens_details": {"reasoning_tokens": 4},
    "total_tokens": 121,
}
CUT = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}


def response(*items: Item, **more: Any) -> dict[str, Any]:
    head = {"id": "resp_1", "object": "response", "created_at": 1, "model": "model-1", "status": "completed"}
    rest = {"error": None, "incomplete_details": None, "output": list(items), "usage": USAGE}
    return {**head, **rest, **more}


def halves(text: str) -> Sequence[str]:
    return [text[: len(text) // 2], text[len(text) // 2 :]]


def events(*items: Item, cut: Cut = halves, **more: Any) -> list[dict[str, Any]]:
    """Everything that comes in a stream, to its end; `more` is of the final response."""
    whole = response(*items, **more)
    begun = {**whole, "status": "in_progress", "output": [], "usage": None, "incomplete_details": None}
    told = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
    ]
    for index, item in enumerate(items):
        told += [{"output_index": index, **event} for event in _item_events(item, cut)]
    told.append({"type": f"response.{whole['status']}", "response": whole})
    return numbered(told)


def numbered(told: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**event, "sequence_number": number} for number, event in enumerate(told)]


def _item_events(item: Item, cut: Cut) -> Iterator[dict[str, Any]]:
    empty = {"content": [], "summary": [], "arguments": ""}
    begun = {key: empty.get(key, value) for key, value in item.items() if key != "encrypted_content"}
    yield {"type": "response.output_item.added", "item": {**begun, "status": "in_progress"}}
    for event in _inner(item, cut):
        yield {"item_id": item.get("id"), **event}
    yield {"type": "response.output_item.done", "item": item}


def _inner(item: Item, cut: Cut) -> Iterator[dict[str, Any]]:
    if item["type"] == "function_call":
        kind = "response.function_call_arguments"
        yield from ({"type": f"{kind}.delta", "delta": piece} for piece in cut(item["arguments"]))
        yield {"type": f"{kind}.done", "arguments": item["arguments"]}
    for number, part in enumerate(item.get("summary", ())):
        at, kind = {"summary_index": number}, "response.reasoning_summary_"
        yield {"type": f"{kind}part.added", "part": {**part, "text": ""}, **at}
        yield from ({"type": f"{kind}text.delta", "delta": piece, **at} for piece in cut(part["text"]))
        yield {"type": f"{kind}text.done", "text": part["text"], **at}
        yield {"type": f"{kind}part.done", "part": part, **at}
    for number, part in enumerate(item.get("content") or ()):
        at = {"content_index": number}
        key = "refusal" if part["type"] == "refusal" else "text"
        kind = f"response.{part['type']}"
        yield {"type": "response.content_part.added", "part": {**part, key: "", "annotations": []}, **at}
        yield from ({"type": f"{kind}.delta", "delta": piece, **at} for piece in cut(part[key]))
        for place, annotation in enumerate(part.get("annotations", ())):
            added = {"annotation_index": place, "annotation": annotation}
            yield {"type": f"{kind}.annotation.added", **added, **at}
        yield {"type": f"{kind}.done", key: part[key], **at}
        yield {"type": "response.content_part.done", "part": part, **at}
