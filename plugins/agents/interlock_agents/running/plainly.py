"""Turns, calls and outcomes as plain JSON, for the steps that keep them, and back."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from interlock import (
    Audio,
    Document,
    Image,
    Message,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolOutcome,
)

Plain = dict[str, Any]
_MEDIA: dict[str, Any] = {"image": Image, "audio": Audio, "document": Document}


def parts_to_plain(parts: Iterable[Any]) -> list[Plain]:
    """A message's parts. Citations are left out: no vendor is told of them again."""
    return [_part(part) for part in parts]


def parts_from_plain(plain: Sequence[Mapping[str, Any]]) -> tuple[Any, ...]:
    """The parts again."""
    return tuple(_read(part) for part in plain)


def message_from_plain(plain: Sequence[Mapping[str, Any]]) -> Message:
    """The turn of a model, out of its parts."""
    return Message("assistant", parts_from_plain(plain))


def call_to_plain(call: ToolCall) -> Plain:
    """A model's call of a tool, with what its vendor has signed."""
    plain = {"id": call.id, "name": call.name, "arguments": dict(call.arguments)}
    signed = {"signature": call.signature, "vendor": call.vendor, "origin": call.origin}
    return plain | {name: value for name, value in signed.items() if value is not None}


def call_from_plain(plain: Mapping[str, Any]) -> ToolCall:
    """The call again."""
    return ToolCall(**{name: plain[name] for name in _CALL if name in plain})


_CALL = ("id", "name", "arguments", "signature", "vendor", "origin")


def outcome_to_plain(outcome: ToolOutcome) -> Plain:
    """What came of a tool; its error stays behind."""
    content = outcome.content if isinstance(outcome.content, str) else parts_to_plain(outcome.content)
    plain = {
        "outcome": outcome.outcome,
        "content": content,
        "reason": outcome.reason,
        "retry_after": outcome.retry_after,
        "receipt": outcome.receipt,
        "truncated": outcome.truncated or None,
        "more": outcome.more,
    }
    return {name: value for name, value in plain.items() if value is not None}


def outcome_from_plain(plain: Mapping[str, Any]) -> ToolOutcome:
    """The outcome again."""
    content = plain.get("content", "")
    told = content if isinstance(content, str) else parts_from_plain(content)
    return ToolOutcome(**{**plain, "content": told})


def _part(part: Any) -> Plain:
    if isinstance(part, Text):
        return {"is": "text", "text": part.text}
    if isinstance(part, ToolCall):
        return {"is": "call", **call_to_plain(part)}
    if isinstance(part, Refusal):
        return {"is": "refusal", "text": part.text}
    if isinstance(part, Reasoning):
        known = {name: getattr(part, name) for name in ("signature", "vendor", "origin", "redacted")}
        return {"is": "reasoning", "text": part.text} | {
            name: value for name, value in known.items() if value
        }
    for name, kind in _MEDIA.items():
        if isinstance(part, kind):
            held: bytes | None = part.data
            data = None if held is None else b64encode(held).decode()
            known = {each: getattr(part, each) for each in ("url", "file_id", "media_type", "name")}
            return {"is": name, "data": data} | {each: value for each, value in known.items() if value}
    raise TypeError(f"{type(part).__name__} is no part of a model's turn")


def _read(plain: Mapping[str, Any]) -> Any:
    kind, fields = plain["is"], {name: value for name, value in plain.items() if name != "is"}
    if kind == "text":
        return Text(fields["text"])
    if kind == "refusal":
        return Refusal(fields["text"])
    if kind == "reasoning":
        return Reasoning(fields.pop("text"), **fields)
    if kind == "call":
        return call_from_plain(fields)
    data = fields.pop("data")
    return _MEDIA[kind](data=None if data is None else b64decode(data), **fields)
