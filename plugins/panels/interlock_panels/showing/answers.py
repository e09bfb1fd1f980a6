"""An answer as data: its text or its JSON, its tool calls, and a word for what cannot be shown."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from interlock import Audio, Document, Image, Refusal, Text, ToolCall
from interlock.protocols import Panelist

_MEDIA = (Image, Audio, Document)
_CUT = "(The answer ends here because it was cut at a length.)"
_EMPTY = "(The answer is empty.)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An answer as text, neither escaped nor cut yet.

    Attributes:
        text: without thoughts, which no judge sees: they are not handed over either.
        told: what the member says in words, joined, for whoever looks for words to a judge.
        hidden: whether there is something that text cannot show: a picture, a sound, a file.
    """

    text: str
    told: str
    hidden: bool


def shown(member: Panelist) -> Shown:
    """A member's answer. JSON that the request asked for is written alike for everybody."""
    answer = member.answer
    if member.parsed is not None and not answer.tool_calls:
        text = _json(member.parsed, indent=2)
        return Shown(text=text, told=text, hidden=False)
    told = answer.text
    lines = [told, *_beside(member)]
    if answer.finish_reason == "length":
        lines.append(_CUT)
    text = "\n".join(line for line in lines if line.strip())
    calls = "\n".join(_json(call.arguments) for call in answer.tool_calls)
    return Shown(
        text=text or _EMPTY,
        told=f"{told}\n{calls}" if calls else told,
        hidden=any(isinstance(part, _MEDIA) for part in answer.parts),
    )


def _beside(member: Panelist) -> Iterator[str]:
    for part in member.answer.parts:
        if isinstance(part, ToolCall):
            yield f"(It calls the tool {part.name} with {_json(part.arguments)})"
        elif isinstance(part, Refusal):
            yield f"(It declines: {part.text})"
        elif isinstance(part, _MEDIA):
            yield f"(Here it has {described(part)}, which is not shown.)"
        elif isinstance(part, Text):
            named = dict.fromkeys(each.url or each.title or "" for each in part.citations)
            yield from (f"(It names a source: {source})" for source in named if source)


def described(part: Image | Audio | Document) -> str:
    """What a part is, in words."""
    kind = {Image: "a picture", Audio: "a sound", Document: "a file"}[type(part)]
    facts = [fact for fact in (part.media_type, part.name) if fact]
    return f"{kind} ({', '.join(facts)})" if facts else kind


def _json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent, default=str)
