"""A turn's parts as its vendor made them, next to LangChain's form of it, which has no room for all of them.

Some vendors sign their reasoning and their tool calls, and want them back unchanged and in their order. The
layout says which parts there were, by length and id; text and arguments stay in the message itself, and a
message that somebody has edited no longer fits its layout and goes out without signatures.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage

from interlock import Message, Reasoning, Text, ToolCall

KEY = "parts"
ORIGIN = "origin"


def layout_of(message: Message) -> list[dict[str, Any]] | None:
    """What it takes to restore the turn; None where LangChain's form says all, or cannot say enough."""
    parts = message.parts
    if not any(isinstance(part, (Reasoning, ToolCall)) and part.signature for part in parts):
        return None
    written = [_written(part) for part in parts]
    return None if None in written else [each for each in written if each is not None]


def origin_of(message: Message) -> str | None:
    """The endpoint whose signatures the turn holds: all of one answer come from one."""
    for part in message.parts:
        if isinstance(part, (Reasoning, ToolCall)) and part.signature and part.origin:
            return part.origin
    return None


def restored(message: AIMessage, calls: Sequence[ToolCall]) -> tuple[Any, ...] | None:
    """The turn's parts with their signatures; None when the message has no layout, or does not fit it."""
    served = message.response_metadata.get("interlock")
    layout = served.get(KEY) if isinstance(served, Mapping) else None
    if not isinstance(served, Mapping) or not isinstance(layout, list):
        return None
    vendor, origin = served.get("provider"), served.get(ORIGIN)
    text, thought = str(message.text), reasoning_of(message)
    if (len(text), len(thought)) != (_length(layout, "text"), _length(layout, "reasoning")):
        return None
    known = {call.id: call for call in calls}
    parts: list[Any] = []
    for each in layout:
        length, signature = each.get("length", 0), each.get("signature")
        if each["kind"] == "text":
            parts.append(Text(text[:length]))
            text = text[length:]
        elif each["kind"] == "reasoning":
            part = Reasoning(
                thought[:length],
                signature=signature,
                vendor=vendor,
                origin=origin if signature else None,
                redacted=each.get("redacted", False),
            )
            parts.append(part)
            thought = thought[length:]
        else:
            call = known.pop(each["id"], None)
            if call is None:
                return None
            proof = {"signature": signature, "vendor": vendor, "origin": origin} if signature else {}
            parts.append(ToolCall(id=call.id, name=call.name, arguments=call.arguments, **proof))
    return None if known else tuple(parts)


def reasoning_of(message: AIMessage) -> str:
    """The message's reasoning, from wherever its output version keeps it."""
    content: Iterable[Any] = () if isinstance(message.content, str) else message.content
    blocks = [block for block in content if isinstance(block, Mapping) and block.get("type") == "reasoning"]
    if blocks:
        return "".join(str(block.get("reasoning", "")) for block in blocks)
    return str(message.additional_kwargs.get("reasoning_content", ""))


def _length(layout: Iterable[Mapping[str, Any]], kind: str) -> int:
    return sum(each["length"] for each in layout if each["kind"] == kind)


def _written(part: Any) -> dict[str, Any] | None:
    if isinstance(part, Text):
        return {"kind": "text", "length": len(part.text)}
    if isinstance(part, Reasoning):
        redacted = {"redacted": True} if part.redacted else {}
        return {"kind": "reasoning", "length": len(part.text), "signature": part.signature, **redacted}
    if isinstance(part, ToolCall):
        signature = {"signature": part.signature} if part.signature else {}
        return {"kind": "call", "id": part.id, **signature}
    return None
