"""Amazon's event stream, written: frames, and a whole Converse answer as the events that it would come in."""

import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Any


def frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    head = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + struct.pack("!H", len(value.encode())) + value.encode()
        for name, value in headers.items()
    )
    prelude = struct.pack("!II", 16 + len(head) + len(payload), len(head))
    message = prelude + struct.pack("!I", zlib.crc32(prelude)) + head + payload
    return message + struct.pack("!I", zlib.crc32(message))


def event(name: str, payload: Any) -> bytes:
    headers = {":event-type": name, ":content-type": "application/json", ":message-type": "event"}
    return frame(headers, json.dumps(payload).encode())


def exception(name: str, payload: Any) -> bytes:
    headers = {":exception-type": name, ":content-type": "application/json", ":message-type": "exception"}
    return frame(headers, json.dumps(payload).encode())


def events_of(payload: Mapping[str, Any], step: int = 5) -> list[tuple[str, dict[str, Any]]]:
    """(name, payload) of each event; texts and arguments come in pieces of `step` characters."""
    told: list[tuple[str, dict[str, Any]]] = [("messageStart", {"role": "assistant"})]
    for index, block in enumerate(payload["output"]["message"]["content"]):
        place = {"contentBlockIndex": index}
        told += [(name, {**place, **rest}) for name, rest in _block(block, step)]
        told.append(("contentBlockStop", place))
    stop = {key: payload[key] for key in ("stopReason", "additionalModelResponseFields") if key in payload}
    told.append(("messageStop", stop))
    beside = ("usage", "metrics", "trace", "performanceConfig", "serviceTier")
    told.append(("metadata", {key: payload[key] for key in beside if key in payload}))
    return told


def stream_of(payload: Mapping[str, Any], step: int = 5) -> bytes:
    return b"".join(event(name, told) for name, told in events_of(payload, step))


def _block(block: Mapping[str, Any], step: int) -> Iterator[tuple[str, dict[str, Any]]]:
    if "text" in block:
        for piece in _pieces(block["text"], step):
            yield "contentBlockDelta", {"delta": {"text": piece}, "p": "abc"}
    elif "citationsContent" in block:
        cited = block["citationsContent"]
        for piece in _pieces("".join(part["text"] for part in cited["content"]), step):
            yield "contentBlockDelta", {"delta": {"text": piece}}
        for source in cited["citations"]:
            yield "contentBlockDelta", {"delta": {"citation": source}}
    elif "toolUse" in block:
        use = dict(block["toolUse"])
        arguments = use.pop("input")
        yield "contentBlockStart", {"start": {"toolUse": use}}
        for piece in _pieces(json.dumps(arguments) if arguments else "", step):
            yield "contentBlockDelta", {"delta": {"toolUse": {"input": piece}}}
    elif "toolResult" in block:
        result = dict(block["toolResult"])
        content = result.pop("content")
        yield "contentBlockStart", {"start": {"toolResult": result}}
        for piece in content:
            yield "contentBlockDelta", {"delta": {"toolResult": [piece]}}
    elif "reasoningContent" in block:
        thought = block["reasoningContent"]
        if "redactedContent" in thought:
            yield "contentBlockDelta", {"delta": {"reasoningContent": dict(thought)}}
            return
        for key in ("text", "signature"):
            for piece in _pieces(thought["reasoningText"].get(key) or "", step):
                yield "contentBlockDelta", {"delta": {"reasoningContent": {key: piece}}}


def _pieces(text: str, step: int) -> Iterator[str]:
    for at in range(0, len(text), step):
        yield text[at : at + step]
