"""Thoughts and what their vendors signed, both ways.

What a client is given in place of a signature also says whose it is, so that it goes back to that vendor
alone. A signature that a tool call bears has no field of its own here: it travels as a redacted thought that
names the call.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from interlock import Reasoning, ToolCall
from interlock.types.json_reader import load_json
from interlock.types.messages import Part
from interlock_server.dialects.proofs import is_packed, packed, unpacked

THOUGHTS = "thoughts"
"""The name under which is kept what a client is shown of them: all, or their proofs alone. Whoever has not
asked to think is given them with calls of tools alone: their vendors may want them back with the results.
"""
SHOWN, SEALED, UNASKED = "shown", "sealed", "unasked"

VENDOR = "anthropic"
"""Whose signature it is when a client brings one that no answer of ours held."""

_CALL, _PROOF = "tool_use_id", "proof"


def arranged(parts: Iterable[Part], shown: str) -> Iterator[Part]:
    """The parts of an answer as a client is given them: unasked thoughts right before the next call."""
    held: list[Part] = []
    for part in parts:
        if shown == UNASKED and isinstance(part, Reasoning):
            held.append(part)
            continue
        if isinstance(part, ToolCall):
            yield from held
            held.clear()
        yield part


def thinking_block(part: Reasoning, text: str) -> dict[str, Any]:
    return {"type": "thinking", "thinking": text, "signature": proof_of(part)}


def redacted_block(part: Reasoning) -> dict[str, Any]:
    return {"type": "redacted_thinking", "data": proof_of(part)}


def call_proof(call: ToolCall) -> dict[str, Any] | None:
    """The block that carries a call's signature; None where it has none."""
    if call.signature is None or (proof := packed(call)) is None:
        return None
    return {"type": "redacted_thinking", "data": json.dumps({_CALL: call.id, _PROOF: proof})}


def proof_of(part: Reasoning) -> str:
    return packed(part) or part.signature or ""


def thought_in(text: str, signature: str | None) -> Reasoning:
    """The thought of a block; one without a signature is nobody's."""
    return _claimed(Reasoning(text), signature)


def redacted_in(data: str) -> Reasoning:
    return _claimed(Reasoning("", redacted=True), data)


def call_proof_in(data: str) -> tuple[str, str] | None:
    """(a call's id, its proof) of what `call_proof` has made; None of a redacted thought."""
    if not data.startswith("{"):
        return None
    try:
        said = load_json(data)
    except (ValueError, RecursionError):
        return None
    match said:
        case {"tool_use_id": str(call), "proof": str(proof)} if len(said) == len((_CALL, _PROOF)):
            return call, proof
    return None


def proven(call: ToolCall, proofs: Mapping[str, str]) -> ToolCall:
    """The call with the signature that the turn's proofs hold for it."""
    return unpacked(call, proofs.get(call.id))


def _claimed(part: Reasoning, signature: str | None) -> Reasoning:
    if not signature:
        return part
    if is_packed(signature):
        return unpacked(part, signature)
    return Reasoning(part.text, signature=signature, vendor=VENDOR, redacted=part.redacted)
