"""The conversation of a body: its system prompt and its turns, as messages of ours."""

from collections.abc import Callable, Mapping
from typing import Any

from interlock import (
    Document,
    Image,
    Message,
    Reasoning,
    RequestError,
    Text,
    ToolCall,
    ToolResult,
)
from interlock_server.dialects.messages.sources import document_in, image_in
from interlock_server.dialects.messages.thoughts import call_proof_in, proven, redacted_in, thought_in
from interlock_server.dialects.reading import Fields, kind_of

Piece = Text | Image | Document
Spoken = Text | Image | Document | Reasoning | ToolCall

_CACHE = "cache_control"
_TURN = frozenset({"role", "content"})
_TEXT = frozenset({"type", "text", "citations", _CACHE})
_THINKING = frozenset({"type", "thinking", "signature", _CACHE})
_REDACTED = frozenset({"type", "data", _CACHE})
_CALL = frozenset({"type", "id", "name", "input", "caller", _CACHE})
_RESULT = frozenset({"type", "tool_use_id", "content", "is_error", _CACHE})
_ROLES = ("user", "assistant", "system")


def messages_in(body: Fields) -> tuple[Message, ...]:
    """The system prompt, if any, and the turns behind it. The results of tools that stand in a user's turn
    become one of their own.

    Raises:
        RequestError: what cannot be read, by its path.
    """
    messages = []
    if "system" in body:
        system = _texts(body.get("system"), body.at("system"))
        if system:
            messages.append(Message("system", system))
    turns = body.listed("messages")
    if not turns:
        raise body.wrong("messages", "expected a list of at least one message")
    for at, turn in enumerate(turns):
        messages.extend(_turn(Fields(turn, f"messages.{at}", _TURN)))
    return tuple(messages)


def cached(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The conversation, with a mark for the vendor's cache at its end: on the last text of the last turn."""
    *before, last = messages
    parts: list[Any] = list(last.parts)
    _mark(parts)
    return (*before, Message(last.role, tuple(parts)))


def _turn(turn: Fields) -> list[Message]:
    role = turn.one_of("role", _ROLES)
    if role is None:
        raise turn.wrong("role", f"expected one of {', '.join(_ROLES)}, not nothing")
    content, path = turn.get("content"), turn.at("content")
    if role == "system":
        return [Message("system", _texts(content, path))]
    if isinstance(content, str):
        return [Message("user" if role == "user" else "assistant", content)]
    blocks = _blocks(content, path)
    return [_spoken(blocks, path)] if role == "assistant" else _heard(blocks, path)


def _heard(blocks: list[Any], path: str) -> list[Message]:
    """A user's turn: results of tools first, as every vendor wants them."""
    results: list[ToolResult] = []
    rest: list[Piece] = []
    for at, block in enumerate(blocks):
        where = f"{path}.{at}"
        if _kind(block, where) == "tool_result":
            results.append(_result(Fields(block, where, _RESULT)))
        else:
            rest.extend(_piece(block, where, "a user's turn"))
            if block.get(_CACHE) is not None:
                _mark(rest)
    turns = [Message("tool", tuple(results))] if results else []
    return [*turns, Message("user", tuple(rest))] if rest or not turns else turns


def _spoken(blocks: list[Any], path: str) -> Message:
    proofs: dict[str, str] = {}
    parts: list[Spoken] = []
    for at, block in enumerate(blocks):
        where = f"{path}.{at}"
        kind = _kind(block, where)
        if kind == "thinking":
            fields = Fields(block, where, _THINKING)
            parts.append(thought_in(fields.text("thinking") or "", fields.text("signature")))
        elif kind == "redacted_thinking":
            data = Fields(block, where, _REDACTED).needed_text("data")
            if (proof := call_proof_in(data)) is not None:
                proofs[proof[0]] = proof[1]
            else:
                parts.append(redacted_in(data))
        elif kind == "tool_use":
            parts.append(_call(Fields(block, where, _CALL)))
        else:
            parts.extend(_piece(block, where, "the assistant's turn"))
        if block.get(_CACHE) is not None:
            _mark(parts)
    if proofs:
        parts = [proven(part, proofs) if isinstance(part, ToolCall) else part for part in parts]
    return Message("assistant", tuple(parts))


def _call(block: Fields) -> ToolCall:
    arguments, id_, name = block.mapping("input"), block.needed_text("id"), block.needed_text("name")
    if not (id_ and name):
        raise block.wrong("name" if id_ else "id", "expected a text that is not empty")
    return ToolCall(id=id_, name=name, arguments=dict(arguments or {}))


def _result(block: Fields) -> ToolResult:
    given, path = block.get("content"), block.at("content")
    content: str | tuple[Piece, ...]
    if given is None or isinstance(given, str):
        content = given or ""
        if _CACHE in block and content:
            content = (Text(content, cache=True),)
    else:
        pieces: list[Piece] = []
        for at, each in enumerate(_blocks(given, path)):
            pieces.extend(_piece(each, f"{path}.{at}", "a tool's result"))
            if each.get(_CACHE) is not None:
                _mark(pieces)
        if _CACHE in block:
            _mark(pieces)
        content = tuple(pieces)
    error = block.flag("is_error") or False
    return ToolResult(id=block.needed_text("tool_use_id"), content=content, error=error)


def _piece(block: Any, path: str, where: str) -> list[Piece]:
    """A block that both sides may say."""
    reader = _PIECES.get(_kind(block, path))
    if reader is None:
        raise RequestError(_unknown(block["type"], where), key=f"{path}.type")
    return reader(block, path)


def _text(block: Any, path: str) -> list[Text]:
    return [Text(Fields(block, path, _TEXT).needed_text("text"))]


_PIECES: Mapping[str, Callable[[Any, str], list[Any]]] = {
    "text": _text,
    "image": lambda block, path: [image_in(block, path)],
    "document": document_in,
}


def _unknown(kind: str, where: str) -> str:
    if kind.endswith(("_tool_use", "_tool_result")) or kind in ("container_upload", "compaction"):
        return (
            f"{kind:.60} is of tools that the vendor runs itself, which a router cannot pass on; leave it out"
        )
    if kind == "search_result":
        return "search_result blocks serve citations, which a router cannot pass on; send a document or text"
    return f"{kind!r:.60} is no block that may stand in {where}"


def _mark(parts: list[Any]) -> None:
    """Marks the end of what has come for the vendor's cache: its last text, for nothing else bears a mark."""
    for at in range(len(parts) - 1, -1, -1):
        if isinstance(parts[at], Text):
            parts[at] = Text(parts[at].text, cache=True)
            return


def _texts(given: Any, path: str) -> str | tuple[Text, ...]:
    if isinstance(given, str):
        return given
    texts: list[Text] = []
    for at, block in enumerate(_blocks(given, path)):
        where = f"{path}.{at}"
        if _kind(block, where) != "text":
            raise RequestError("only text may stand in a system prompt", key=f"{where}.type")
        texts += _text(block, where)
        if block.get(_CACHE) is not None:
            _mark(texts)
    return tuple(texts)


def _blocks(given: Any, path: str) -> list[Any]:
    if isinstance(given, list):
        return given
    raise RequestError(f"expected text or a list of blocks, not {kind_of(given)}", key=path)


def _kind(block: Any, path: str) -> str:
    kind = block.get("type") if isinstance(block, dict) else None
    if isinstance(kind, str):
        return kind
    raise RequestError("expected a block, an object with a type", key=path)
