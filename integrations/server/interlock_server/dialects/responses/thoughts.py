"""Thoughts as items, and the proofs that go with them and with calls.

A thought's proof is its `encrypted_content`. A call has no such field: its proof travels in a thought of its
own, without a word, which clients give back like any other.
"""

import json
from collections.abc import Iterable
from typing import Any

from interlock import Reasoning, ToolCall
from interlock_server.dialects.proofs import packed, unpacked
from interlock_server.dialects.reading import Fields

_THOUGHT = frozenset({"content", "encrypted_content", "id", "status", "summary", "type"})
_WORDS = frozenset({"text", "type"})
_SUMMARY, _CONTENT = ("summary_text",), ("reasoning_text", "text")
_OF_CALL = "ilc1:"
_GAP = "\n\n"
# How OpenAI's own seals begin: whoever goes on here with a conversation from there brings them along.
_OPENAIS, _OPENAI = "gAAAA", "openai"


def thought_item(thought: Reasoning, id_: str) -> dict[str, Any]:
    """A thought. One that its vendor hides has no summary, and one in which nothing is said an empty one."""
    summary = [] if thought.redacted else [{"type": "summary_text", "text": thought.text}]
    item: dict[str, Any] = {"id": id_, "type": "reasoning", "summary": summary}
    if (proof := packed(thought)) is not None:
        item["encrypted_content"] = proof
    return item


def proof_of(call: ToolCall) -> str | None:
    """The proof of a call as the seal of a thought; None where it has none."""
    proof = packed(call) if call.signature is not None else None
    return None if proof is None else f"{_OF_CALL}{proof}:{call.id}"


def proof_item(proof: str, id_: str) -> dict[str, Any]:
    """The thought that carries it."""
    return {"id": id_, "type": "reasoning", "summary": [], "encrypted_content": proof}


class Proofs:
    """The proofs of a turn's calls, by their ids."""

    def __init__(self) -> None:
        self._found: dict[str, str] = {}

    def take(self, sealed: str) -> bool:
        """Whether the text is the proof of a call."""
        if not sealed.startswith(_OF_CALL):
            return False
        proof, _, id_ = sealed.removeprefix(_OF_CALL).partition(":")
        self._found[id_] = proof
        return True

    def put(self, call: ToolCall) -> ToolCall:
        """The call with its proof, if there is one."""
        return unpacked(call, self._found.get(call.id)) if self._found else call


def thought_of(value: Any, path: str, proofs: Proofs) -> Reasoning | None:
    """The thought of an item; None for one that says nothing, or no more than the proof of a call.

    Raises:
        RequestError: what is no such item.
    """
    fields = Fields(value, path, _THOUGHT)
    summary, content = _texts(fields, "summary", _SUMMARY), _texts(fields, "content", _CONTENT)
    sealed = fields.text("encrypted_content")
    if sealed is not None and proofs.take(sealed):
        return None
    text = _joined(content) or _joined(summary)
    thought = Reasoning(text, redacted=not text and not summary)
    if sealed is not None and sealed.startswith(_OPENAIS):
        return _openais(fields, thought, sealed)
    thought = unpacked(thought, sealed)
    return thought if thought.text or thought.signature is not None else None


def _openais(fields: Fields, thought: Reasoning, sealed: str) -> Reasoning:
    """A thought as OpenAI gave it to the client: the whole item goes back, and to OpenAI alone."""
    kept = {name: value for name in ("type", "id", "summary", "content") if (value := fields.get(name))}
    item = {"summary": [], **kept, "encrypted_content": sealed}
    signature = json.dumps(item, ensure_ascii=False, separators=(",", ":"))
    return Reasoning(thought.text, signature=signature, vendor=_OPENAI, redacted=thought.redacted)


def _texts(fields: Fields, name: str, kinds: tuple[str, ...]) -> list[str]:
    found = []
    for index, each in enumerate(fields.listed(name) or ()):
        part = Fields(each, f"{fields.at(name)}.{index}", _WORDS)
        part.one_of("type", kinds)
        found.append(part.needed_text("text"))
    return found


def _joined(texts: Iterable[str]) -> str:
    return _GAP.join(filter(None, texts))
