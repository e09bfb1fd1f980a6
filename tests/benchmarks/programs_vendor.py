"""The vendors that the programs ask: they call what tools they are offered, and fill in schemas."""

import base64
import hashlib
import json
import struct
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(1, str(Path(__file__).parents[1] / "support"))

from asked import Asked, Called, Said, filled
from attentive import Attentive
from interlock.testing import Received, Reply

DIMENSIONS = 64


class Eager(Attentive):
    """Asks for a tool in every turn of the user's, the one that shares most words with it, and only once."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = answered

    def _answer(self, received: Received) -> Reply:
        if "/embeddings" in received.path:
            return Reply.json(embedded(received.json()))
        if received.method != "POST" or not any(mark in received.path for mark in ("/chat", "/messages")):
            return Reply.json({"error": {"message": "no such path"}}, status=404)
        return super()._answer(received)


def answered(asked: Asked) -> Said | None:
    last = asked.turns[-1]
    free = asked.choice in ("auto", "required")
    if not asked.tools or not free or last.results or (last.role != "user" and asked.choice == "auto"):
        name = asked.choice if asked.choice in asked.tools else None
    else:
        words = set(last.text.lower().replace("?", " ").split())
        name = max(asked.tools, key=lambda tool: len(words & set(tool.lower().split("_"))))
    if name is None and asked.schema is not None:
        return Said(text=json.dumps(filling(asked.schema, "")), tokens=(20, 7))
    if name is None:
        return None
    number = sum(len(turn.calls) for turn in asked.turns)
    call = Called(id=f"call_{number}", name=name, arguments=filling(asked.tools[name], last.text))
    return Said(calls=[call], finish="tool_calls", tokens=(20, 7))


def filling(schema: Mapping[str, Any], words: str) -> Any:
    return filled(resolved(schema, schema.get("$defs", {})), words)


def resolved(schema: Any, definitions: Mapping[str, Any], depth: int = 6) -> Any:
    """The schema with what it refers to in its place, as deep as answers go."""
    if isinstance(schema, list):
        return [resolved(each, definitions, depth) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    if "$ref" in schema:
        there = definitions.get(str(schema["$ref"]).rpartition("/")[2], {})
        return resolved(there, definitions, depth - 1) if depth else {"type": "null"}
    return {name: resolved(each, definitions, depth) for name, each in schema.items() if name != "$defs"}


def embedded(body: Mapping[str, Any]) -> dict[str, Any]:
    texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
    data = []
    for index, text in enumerate(texts):
        digest = hashlib.sha256(repr(text).encode()).digest() * (DIMENSIONS // 32)
        vector: Any = [byte / 255 for byte in digest]
        if body.get("encoding_format") == "base64":
            vector = base64.b64encode(struct.pack(f"<{DIMENSIONS}f", *vector)).decode()
        data.append({"object": "embedding", "index": index, "embedding": vector})
    usage = {"prompt_tokens": len(texts), "total_tokens": len(texts)}
    return {"object": "list", "data": data, "model": body["model"], "usage": usage}
