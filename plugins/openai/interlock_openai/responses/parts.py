"""The parts of an answer out of items, joined as a stream's deltas would be."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from interlock.http import broken_call
from interlock.types.messages import Part, Reasoning, Refusal, Text, ToolCall
from interlock_openai.decode import arguments_of
from interlock_openai.responses.read import Piece, call_of, cited, pieces_of, seal_of, thought_of


def parts_of(items: Iterable[dict[str, Any]], vendor: str, *, cut: bool) -> list[Part]:
    """Raises ProtocolError for a broken tool call; of an answer that was cut, such a call is left out."""
    parts: list[Part] = []
    calls = 0
    for item in items:
        kind = item.get("type")
        if kind == "message":
            _say(parts, pieces_of(item))
        elif kind == "reasoning":
            _think(parts, item, vendor)
        elif kind == "function_call":
            call = _call(item, calls, cut=cut)
            calls += 1
            parts.extend([call] if call is not None else [])
    return parts


def _say(parts: list[Part], pieces: Sequence[Piece]) -> None:
    for kind, text, _ in pieces:
        last = parts[-1] if parts else None
        if kind == "refusal":
            said: Part = Refusal(last.text + text if isinstance(last, Refusal) else text)
        elif not text:
            continue
        else:
            said = replace(last, text=last.text + text) if isinstance(last, Text) else Text(text)
        if type(said) is type(last):
            parts[-1] = said
        else:
            parts.append(said)
    last = parts[-1] if parts else None
    found = cited(pieces, len(last.text) if isinstance(last, Text) else 0)
    if found and isinstance(last, Text):
        parts[-1] = replace(last, citations=(*last.citations, *found))
    elif found:
        parts.append(Text("", citations=found))


def _think(parts: list[Part], item: dict[str, Any], vendor: str) -> None:
    text, seal = thought_of(item), seal_of(item)
    last = parts[-1] if parts else None
    if not text:
        if seal is not None:
            parts.append(Reasoning("", signature=seal, vendor=vendor, redacted=True))
    elif isinstance(last, Reasoning) and last.signature is None:
        parts[-1] = replace(last, text=last.text + text, signature=seal)
    else:
        parts.append(Reasoning(text, signature=seal, vendor=vendor))


def _call(item: dict[str, Any], number: int, *, cut: bool) -> ToolCall | None:
    id_, name, written = call_of(item)
    arguments = arguments_of(written)
    if name and arguments is not None and not (cut and not written.strip()):
        return ToolCall(id=id_ or f"call_{number}", name=name, arguments=arguments)
    if cut:
        return None
    raise broken_call("answer", name)
