"""The vendors that the programs ask: they call what tools they are offered, and fill in schemas."""

import base64
import hashlib
import json
import struct
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(1, str(Path(__file__).parents[1] / "support"))

from asked import Asked, Called, Said, filled
from attentive import Attentive
from interlock.testing import Received, Reply

DIMENSIONS = 64


class Eager(Attentive):
    """Asks for a tool in every turn of the user's, the one that shares most words with it, and only once.

    Where a tool is required after results too, it asks for those that the turn has not had yet, so that a
    program that goes on until a certain tool is asked for comes to its end.

    `asked` counts the questions by the software that sent them, as it names itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self.answers = answered
        self.asked: Counter[str] = Counter()

    def _answer(self, received: Received) -> Reply:
        self.requests.clear()  # else long conversations, said anew in every request, fill the memory
        if "/embeddings" in received.path:
            return Reply.json(embedded(received.json()))
        if received.method != "POST" or not any(mark in received.path for mark in ("/chat", "/messages")):
            return Reply.json({"error": {"message": "no such path"}}, status=404)
        self.asked[received.headers.get("user-agent", "").partition("/")[0]] += 1
        reply = super()._answer(replace(received, body=json.dumps(without_nulls(received.json())).encode()))
        self.seen.clear()
        return reply


def without_nulls(body: dict[str, Any]) -> dict[str, Any]:
    """OpenAI takes null for what is left out, in a tool's description too; the types of its SDK do not."""
    body = {name: value for name, value in body.items() if value is not None}
    for tool in body.get("tools", ()):
        described = tool.get("function", tool)
        if described.get("description", "") is None:
            del described["description"]
    return body


def answered(asked: Asked) -> Said | None:
    name = asked.choice if asked.choice in asked.tools else None
    waits = asked.turns[-1].role == "user" and not asked.turns[-1].results
    if asked.tools and (asked.choice == "required" or (asked.choice == "auto" and waits)):
        name = fitting(asked)
    if name is None and asked.schema is not None:
        return Said(text=json.dumps(filling(asked.schema, "")), tokens=(20, 7))
    if name is None:
        return None
    number = sum(len(turn.calls) for turn in asked.turns)
    call = Called(id=f"call_{number}", name=name, arguments=filling(asked.tools[name], asked.turns[-1].text))
    return Said(calls=[call], finish="tool_calls", tokens=(20, 7))


def fitting(asked: Asked) -> str:
    """The tool that shares most words with the last turn of the user's, of those not called since."""
    since = next((n for n, turn in enumerate(reversed(asked.turns)) if turn.role == "user" and turn.text), 0)
    turn, *rest = asked.turns[-1 - since :]
    called = {call.name for each in rest for call in each.calls}
    words = set(turn.text.lower().replace("?", " ").split())
    return max(asked.tools, key=lambda tool: (tool not in called, len(words & set(tool.lower().split("_")))))


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
