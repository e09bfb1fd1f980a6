"""Calls, decoding and made-up answers for the tests of the Messages API."""

import json
import random
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from interlock.fold import Fold
from interlock.http import HttpClient, HttpReply, Permit
from interlock.protocols import ProviderCall
from interlock.types.models import Credential, Deployment, ModelCard, Secret
from interlock.types.request import Request
from interlock.types.response import Answer
from interlock_anthropic import Messages


class Dialect:
    """The codec, with calls made up for it."""

    codec = Messages()

    def call(self, request: Request | str = "hello", **deployment: Any) -> ProviderCall:
        fields: dict[str, Any] = {
            "id": "there",
            "card": ModelCard(id="maker/model", maker="Maker", jurisdiction="us"),
            "provider": "anthropic",
            "region": "us",
            "name": "claude-sonnet-4-5",
            "base_url": "https://api.anthropic.com/v1",
            "credential": Credential(secret=Secret("sk-secret")),
        }
        return ProviderCall(
            request=request if isinstance(request, Request) else Request(request),
            deployment=Deployment(**(fields | deployment)),
            permit=Permit(deployment="there", origin=None),
            http=HttpClient(),
        )

    def body(self, request: Request | str, *, stream: bool = False, **deployment: Any) -> dict[str, Any]:
        return json.loads(self.codec.encode(self.call(request, **deployment), stream=stream).body)

    def decode(self, payload: Any, call: ProviderCall | None = None) -> Answer:
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return self.codec.decode(call or self.call(), HttpReply(status=200, headers={}, body=body))

    def fold(self, pieces: Iterable[bytes], call: ProviderCall | None = None) -> Answer:
        """What the engine makes of a stream that arrives in these pieces."""
        decoder = self.codec.decoder(call or self.call())
        fold = Fold("anthropic")
        for piece in pieces:
            for delta in decoder.feed(piece):
                fold.add(delta)
        for delta in decoder.close():
            fold.add(delta)
        return fold.answer()

    def message(self, *blocks: dict[str, Any], **fields: Any) -> dict[str, Any]:
        return {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-4-5-20250929",
            "content": list(blocks),
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 10, "output_tokens": 5},
        } | fields

    def events(self, message: dict[str, Any], seed: int = 0) -> list[dict[str, Any]]:
        """The stream in which the vendor would send this message, its texts cut at random."""
        cuts = random.Random(seed)
        head = {
            **message,
            "container": None,
            "content": [],
            "stop_reason": None,
            "usage": {**message["usage"], "output_tokens": 1},
        }
        events: list[dict[str, Any]] = [{"type": "message_start", "message": head}, {"type": "ping"}]
        for index, block in enumerate(message["content"]):
            start, deltas = _in_pieces(block, cuts)
            events.append({"type": "content_block_start", "index": index, "content_block": start})
            events.extend({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas)
            events.append({"type": "content_block_stop", "index": index})
        told = ("stop_reason", "stop_sequence", "stop_details", "container")
        delta = {key: message.get(key) for key in told}
        events.append({"type": "message_delta", "delta": delta, "usage": message["usage"]})
        return [*events, {"type": "message_stop"}]

    def wire(self, events: Iterable[dict[str, Any]]) -> bytes:
        return b"".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events)


def _in_pieces(block: dict[str, Any], cuts: random.Random) -> tuple[dict[str, Any], Iterable[dict[str, Any]]]:
    kind = block["type"]
    if kind == "text":
        cited = [
            {"type": "citations_delta", "citation": citation} for citation in block.get("citations") or ()
        ]
        pieces = [{"type": "text_delta", "text": piece} for piece in _cut(block["text"], cuts)]
        return {"type": "text", "text": ""}, [*cited, *pieces]
    if kind == "thinking":
        pieces = [{"type": "thinking_delta", "thinking": piece} for piece in _cut(block["thinking"], cuts)]
        if block.get("signature"):
            pieces.append({"type": "signature_delta", "signature": block["signature"]})
        return {"type": "thinking", "thinking": "", "signature": ""}, pieces
    if kind in ("tool_use", "server_tool_use", "mcp_tool_use"):
        text = json.dumps(block["input"], indent=1) if block["input"] else ""
        pieces = [{"type": "input_json_delta", "partial_json": piece} for piece in ("", *_cut(text, cuts))]
        return {**block, "input": {}}, pieces
    if kind == "compaction" and block["content"]:
        pieces = [{"type": "compaction_delta", "content": piece} for piece in _cut(block["content"], cuts)]
        return {**block, "content": None}, pieces
    return block, []


def _cut(text: str, cuts: random.Random) -> Iterator[str]:
    while text:
        size = cuts.randint(1, 7)
        yield text[:size]
        text = text[size:]


@pytest.fixture
def claude() -> Dialect:
    return Dialect()
