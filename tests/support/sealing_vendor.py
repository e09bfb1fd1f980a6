"""Vendors that seal thoughts: one in Anthropic's dialect, one in Converse's.

A thought's signature is a digest of all that stood before it: system, tools, messages, and the blocks of its
own answer. A request that holds a thought whose digest no longer fits is refused, or, when it asks for that,
answered without it.
"""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from event_stream import stream_of
from interlock.testing import Received, Reply

Block = dict[str, Any]
_REFUSAL = (
    "messages.{}.content.{}: Invalid `signature` in `thinking` block. The block is bound to a different "
    "conversation. Remove the block, or set `thinking.block_binding.prefix_mismatch_behavior`."
)
BETA = "thinking-binding-controls-2026-08-01"


@dataclass
class SealingVendor:
    """Calls its first tool, unless a tool's result is the last thing that it was told, or it may not; and
    whenever it is told that it must.

    Attributes:
        says: the text of its answers.
        dropped: how many thoughts it had to leave out, in all requests.
        bodies: every request that it answered or refused.
    """

    dialect: str
    says: str = "Done."
    dropped: int = 0
    bodies: list[Block] = field(default_factory=list)

    def __call__(self, received: Received) -> Reply:
        body = received.json()
        self.bodies.append(body)
        told = _plain(body)
        prefix, messages = [told.get("system"), _tools(told)], told["messages"]
        _check_places(messages)
        found = self._misfit(prefix, messages)
        if found is not None:
            if not _asks_to_drop(told, received):
                return self._refused(_REFUSAL.format(*found))
            self.dropped += 1
        answer = self._answer([*prefix, messages], told)
        if self.dialect == "anthropic":
            streamed = body["stream"]
            return Reply.events(*_events(answer)) if streamed else Reply.json(answer)
        if received.path.endswith("-stream"):
            return Reply(
                headers={"content-type": "application/vnd.amazon.eventstream"}, pieces=(stream_of(answer),)
            )
        return Reply.json(answer)

    def _misfit(self, prefix: list[Any], messages: list[Block]) -> tuple[int, int] | None:
        for number, message in enumerate(messages):
            for index, block in enumerate(message["content"]):
                signature = _signature(block)
                before = [*prefix, messages[:number]]
                if signature is not None and signature != _seal(before, message["content"][:index]):
                    return number, index
        return None

    def _answer(self, before: list[Any], told: Block) -> Block:
        tools, last = _tools(told) or [], before[-1][-1]["content"]
        asked = next((turn["content"] for turn in reversed(before[-1]) if turn["role"] == "user"), last)
        resting = any("tool_result" in (block.get("type"), *_keys(block)) for block in asked)
        never = told.get("tool_choice") == {"type": "none"} or _says(before[-1], "No tool may be called")
        content: list[Block] = []
        for block in ("thought", "text", "thought") if self.says else ("thought",):
            content.append(self._thought(before, content) if block == "thought" else self._text(self.says))
        forced = _says(before[-1], "You must answer by calling")
        if tools and (forced or not (resting or never)):
            name = tools[0].get("name") or tools[0]["toolSpec"]["name"]
            content.append(self._call(name, len(before[-1])))
        else:
            content = content[:2] if self.says else content
        called = "tool_use" in (content[-1].get("type"), *_keys(content[-1]))
        return self._whole(content, "tool_use" if called else "end_turn")

    def _thought(self, before: list[Any], content: list[Block]) -> Block:
        seal = _seal(before, content)
        if self.dialect == "anthropic":
            return {"type": "thinking", "thinking": "", "signature": seal}
        return {"reasoningContent": {"reasoningText": {"text": "hm", "signature": seal}}}

    def _text(self, text: str) -> Block:
        return {"type": "text", "text": text} if self.dialect == "anthropic" else {"text": text}

    def _call(self, name: str, number: int) -> Block:
        id_ = f"call_{number}"
        if self.dialect == "anthropic":
            return {"type": "tool_use", "id": id_, "name": name, "input": {"a": 1}}
        return {"toolUse": {"toolUseId": id_, "name": name, "input": {"a": 1}}}

    def _whole(self, content: list[Block], reason: str) -> Block:
        if self.dialect == "anthropic":
            return {
                "id": "msg",
                "type": "message",
                "role": "assistant",
                "model": "m",
                "content": content,
                "stop_reason": reason,
                "usage": {"input_tokens": 1, "output_tokens": 1},
            }
        return {
            "output": {"message": {"role": "assistant", "content": content}},
            "stopReason": reason,
            "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
        }

    def _refused(self, words: str) -> Reply:
        if self.dialect == "anthropic":
            error = {"type": "error", "error": {"type": "invalid_request_error", "message": words}}
            return Reply.json(error, status=400)
        return Reply.json({"message": words}, status=400, headers={"x-amzn-errortype": "ValidationException"})


def _seal(before: list[Any], content: list[Block]) -> str:
    told = json.dumps([*before, content], sort_keys=True)
    return "S" + hashlib.sha256(told.encode()).hexdigest()


def _signature(block: Block) -> str | None:
    if block.get("type") == "thinking":
        return str(block["signature"])
    return (block.get("reasoningContent") or {}).get("reasoningText", {}).get("signature")


def _tools(body: Block) -> Any:
    return body.get("tools") or body.get("toolConfig", {}).get("tools")


def _asks_to_drop(body: Block, received: Received) -> bool:
    fields = body.get("additionalModelRequestFields", {})
    betas = [received.headers.get("anthropic-beta", ""), *fields.get("anthropic_beta", [])]
    thinking = body.get("thinking") or fields.get("thinking") or {}
    asked = thinking.get("block_binding", {}).get("prefix_mismatch_behavior") == "drop_block"
    assert not asked or (BETA in ",".join(betas) and thinking["type"] == "adaptive")
    return asked


def _check_places(messages: list[Block]) -> None:
    """The vendor's rules of who may speak when."""
    roles = [message["role"] for message in messages]
    assert roles[0] == "user"
    for number, role in enumerate(roles):
        after = roles[number + 1] if number + 1 < len(roles) else "assistant"
        assert roles[number - 1 : number] != [role], roles
        if role == "system":
            assert (roles[number - 1], after) == ("user", "assistant"), roles


def _plain(value: Any) -> Any:
    """Without marks for the vendor's cache, which are not sealed."""
    if isinstance(value, list):
        return [_plain(each) for each in value if not (isinstance(each, dict) and "cachePoint" in each)]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if key != "cache_control"}
    return value


def _keys(block: Block) -> list[str]:
    return [
        "tool_result" if key == "toolResult" else "tool_use" if key == "toolUse" else key for key in block
    ]


def _says(messages: list[Block], words: str) -> bool:
    return any(words in str(block) for block in messages[-1]["content"])


def _events(answer: Block) -> list[Block]:
    events: list[Block] = [
        {"type": "message_start", "message": {**answer, "content": [], "stop_reason": None}}
    ]
    for index, block in enumerate(answer["content"]):
        start, deltas = dict(block), []
        if block["type"] == "thinking":
            start["signature"], seal = "", block["signature"]
            deltas = [{"type": "signature_delta", "signature": part} for part in (seal[:9], seal[9:])]
        elif block["type"] == "text":
            start["text"], deltas = "", [{"type": "text_delta", "text": block["text"]}]
        else:
            start["input"] = {}
            deltas = [{"type": "input_json_delta", "partial_json": json.dumps(block["input"])}]
        events.append({"type": "content_block_start", "index": index, "content_block": start})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        events.append({"type": "content_block_stop", "index": index})
    ended = {"stop_reason": answer["stop_reason"], "stop_sequence": None}
    return [
        *events,
        {"type": "message_delta", "delta": ended, "usage": answer["usage"]},
        {"type": "message_stop"},
    ]
