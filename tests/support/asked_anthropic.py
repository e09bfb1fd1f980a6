"""Anthropic's dialect, read and written as the vendor does it."""

import base64
import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import sdk_anthropic
from asked import Asked, Called, Medium, Refused, Result, Said, Turn

_FINISH = {"stop": "end_turn", "tool_calls": "tool_use", "length": "max_tokens"}


def read(body: Mapping[str, Any], path: str) -> Asked:
    sdk_anthropic.valid(body, stream=bool(body.get("stream")))
    roles = [turn["role"] for turn in body["messages"]]
    if roles[:1] != ["user"] or any(a == b for a, b in pairwise(roles)):
        raise Refused(f"roles must alternate, and begin with user: {roles}")
    system = body.get("system", "")
    output = body.get("output_config", {}).get("format") or {}
    return Asked(
        dialect="anthropic",
        model=body["model"],
        stream=bool(body.get("stream")),
        system=system if isinstance(system, str) else "\n".join(block["text"] for block in system),
        turns=[_turn(turn) for turn in body["messages"]],
        tools={tool["name"]: _described(tool["input_schema"], body) for tool in body.get("tools", ())},
        choice=_choice(body.get("tool_choice", {"type": "auto"})),
        schema=output.get("schema"),
        stop=body.get("stop_sequences", ()),
        settings=body,
        thinks="thinking" in body and body["thinking"]["type"] != "disabled",
    )


def write(asked: Asked, said: Said) -> dict[str, Any]:
    blocks: list[dict[str, Any]] = []
    if said.thought:
        blocks.append({"type": "thinking", "thinking": said.thought, "signature": said.signature})
    if said.text:
        blocks.append({"type": "text", "text": said.text})
    blocks += [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments} for call in said.calls
    ]
    return {
        **_head(asked),
        "content": blocks,
        "stop_reason": _FINISH[said.finish],
        "usage": _usage(asked, said),
    }


def stream(asked: Asked, said: Said) -> Iterator[Any]:
    usage = _usage(asked, said)
    opened = {**_head(asked), "content": [], "usage": {**usage, "output_tokens": 1}}
    yield _event("message_start", message=opened)
    index = 0
    if said.thought:
        thought = {"type": "thinking_delta", "thinking": said.thought}
        seal = {"type": "signature_delta", "signature": said.signature}
        yield from _block(index, {"type": "thinking", "thinking": "", "signature": ""}, [thought, seal])
        index += 1
    if said.text:
        deltas = [{"type": "text_delta", "text": piece} for piece in said.pieces]
        yield from _block(index, {"type": "text", "text": ""}, deltas)
        index += 1
    for call in said.calls:
        written = json.dumps(call.arguments) if call.arguments else ""
        pieces = [written[start : start + 5] for start in range(0, len(written), 5)]
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in ["", *pieces]]
        opened = {"type": "tool_use", "id": call.id, "name": call.name, "input": {}}
        yield from _block(index, opened, deltas)
        index += 1
    delta = {"stop_reason": _FINISH[said.finish], "stop_sequence": None}
    yield _event("message_delta", delta=delta, usage=usage)
    yield _event("message_stop")


def refusal(why: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": "invalid_request_error", "message": why}}


def _described(schema: Mapping[str, Any], body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A tool that takes any object says nothing of its keys: they stand in the prompt."""
    if schema.get("properties") or not schema.get("additionalProperties"):
        return schema
    prompt = json.dumps([body.get("system", ""), body["messages"]])
    names = [name for name in ("setup", "punchline") if name in prompt]
    return {"type": "object", "properties": {name: {"type": "string"} for name in names}}


def _turn(message: Mapping[str, Any]) -> Turn:
    turn = Turn(role=message["role"])
    content = message["content"]
    for block in [{"type": "text", "text": content}] if isinstance(content, str) else content:
        _take(block, turn)
    return turn


def _take(block: Mapping[str, Any], turn: Turn) -> None:
    kind = block["type"]
    if kind == "text":
        if not block["text"].strip():
            raise Refused("text content blocks must be non-empty")
        turn.texts.append(block["text"])
    elif kind in ("image", "document"):
        turn.media.append(_medium(block["source"]))
    elif kind == "thinking":
        turn.signatures.append(block["signature"])
    elif kind == "tool_use":
        turn.calls.append(Called(id=block["id"], name=block["name"], arguments=block["input"]))
    elif kind == "tool_result":
        inner = block.get("content", "")
        shown = Turn(role="tool")
        for each in [{"type": "text", "text": inner or "-"}] if isinstance(inner, str) else inner:
            _take(each, shown)
        turn.media += shown.media
        error = bool(block.get("is_error"))
        turn.results.append(Result(id=block["tool_use_id"], text=shown.text, error=error))


def _medium(source: Mapping[str, Any]) -> Medium:
    if source["type"] == "url":
        return Medium(media_type="image/png", url=source["url"])
    data = base64.b64decode(source["data"], validate=True)
    return Medium(media_type=source["media_type"], data=data)


def _choice(choice: Mapping[str, Any]) -> str:
    return {"any": "required"}.get(choice["type"], choice.get("name") or choice["type"])


def _usage(asked: Asked, said: Said) -> dict[str, Any]:
    given, made = said.tokens
    cached = {"cache_read_input_tokens": 4, "cache_creation_input_tokens": 2}
    thought = {"output_tokens_details": {"thinking_tokens": 3}} if asked.thinks else {}
    return {"input_tokens": given - 6, "output_tokens": made, **cached, **thought}


def _head(asked: Asked) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": asked.model,
        "stop_reason": None,
        "stop_sequence": None,
    }


def _block(index: int, opened: Mapping[str, Any], deltas: list[dict[str, Any]]) -> Iterator[str]:
    yield _event("content_block_start", index=index, content_block=opened)
    for delta in deltas:
        yield _event("content_block_delta", index=index, delta=delta)
    yield _event("content_block_stop", index=index)


def _event(kind: str, **data: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **data})}\n\n".encode()
