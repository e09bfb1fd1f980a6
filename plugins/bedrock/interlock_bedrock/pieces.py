"""The blocks of a plain answer as the events that a stream brings them in."""

from collections.abc import Iterator
from typing import Any

from interlock.errors import ProtocolError
from interlock.http import is_arguments, written
from interlock.http.payload import parts_of, said, text_of
from interlock_bedrock.read import object_in, string_in

SERVER_TOOL = "server_tool_use"
_OURS = ("text", "reasoningContent", "citationsContent")
# Arguments that are no object, or one with a name twice: what is no JSON is judged once the end is known.
_BROKEN = "?"

Piece = tuple[dict[str, Any], dict[str, Any]]


def is_other(block: Any) -> bool:
    """Whether a block is of a tool that the vendor ran itself, or has no part of ours for another reason."""
    if not isinstance(block, dict):
        raise ProtocolError("a block of the answer is no object")
    if "toolUse" in block and "text" not in block:
        return object_in(block, "toolUse").get("type") == SERVER_TOOL
    return not any(kind in block for kind in _OURS)


def pieces_of(block: dict[str, Any]) -> Iterator[Piece]:
    """What a block begins with, or what it goes on with; the other one is empty."""
    if "text" in block:
        yield {}, {"text": string_in(block, "text")}
    elif "toolUse" in block:
        use = object_in(block, "toolUse")
        yield {"toolUse": {key: value for key, value in use.items() if key != "input"}}, {}
        yield {}, {"toolUse": {"input": _arguments(use.get("input"))}}
    elif "reasoningContent" in block:
        yield from _thought(object_in(block, "reasoningContent"))
    else:
        cited = object_in(block, "citationsContent")
        for piece in parts_of(cited):
            yield {}, {"text": said(piece, "text")}
        for source in _objects(cited.get("citations")):
            yield {}, {"citation": source}


def _thought(content: dict[str, Any]) -> Iterator[Piece]:
    if "redactedContent" in content:
        yield {}, {"reasoningContent": content}
        return
    thought = object_in(content, "reasoningText")
    yield {}, {"reasoningContent": {"text": string_in(thought, "text")}}
    if signature := text_of(thought.get("signature")):
        yield {}, {"reasoningContent": {"signature": signature}}


def _arguments(given: Any) -> str:
    if given is None or given == {}:
        return ""
    return written(given) if is_arguments(given) else _BROKEN


def _objects(found: Any) -> list[dict[str, Any]]:
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
