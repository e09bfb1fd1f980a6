"""What a vendor is given back of its own: thoughts, and the proofs that stand on tool calls."""

import json
from collections.abc import Mapping
from typing import Any

from interlock.http import json_in
from interlock.types.messages import Reasoning, ToolCall
from interlock.types.models import Deployment
from interlock.types.provenance import comes_from
from interlock_openai.vendors import ReasoningForm, Return, Vendor

# Beside a call's function: Google's compatible endpoints and gateways that copy them; LiteLLM's proxy.
_PROOFS = ("extra_content", "provider_specific_fields")
# A thought that another vendor kept to itself, for vendors that demand one.
_BLANK = Reasoning(" ")


class Past:
    """Past turns of the assistant's, on their way to a deployment. `owed`: which must carry a thought."""

    def __init__(self, deployment: Deployment, vendor: Vendor, owed: Return) -> None:
        self.vendor = vendor
        self._deployment = deployment
        self._owed = owed

    def proof_of(self, call: ToolCall) -> dict[str, Any]:
        """What stood on a call beside its function, to whoever put it there."""
        if call.signature is None or not comes_from(call, self.vendor.name, self._deployment):
            return {}
        return _proofs(call.signature)

    def give_back(self, thoughts: list[Reasoning], encoded: dict[str, Any]) -> None:
        """Past reasoning, to the vendor that thought it and to no other, where that vendor wants it."""
        vendor = self.vendor
        own = [thought for thought in thoughts if comes_from(thought, vendor.name, self._deployment)]
        for thought in own:
            if thought.redacted:
                encoded.update(_proofs(thought.signature))
        owed = _counts(self._owed, encoded)
        wanted = own if owed or _counts(vendor.reasoning_back, encoded) else []
        form = vendor.reasoning_form
        encoded.update(_written(wanted, form, encoded) or (_written([_BLANK], form, encoded) if owed else {}))


def _written(thoughts: list[Reasoning], form: ReasoningForm, encoded: dict[str, Any]) -> dict[str, Any]:
    """The fields of a message that carry these thoughts, if there is anything to carry."""
    text = "".join(thought.text for thought in thoughts)
    if form == "thinking_parts" and any(thought.text or thought.signature for thought in thoughts):
        parts = [_thinking(thought) for thought in thoughts]
        content = encoded.get("content")
        if isinstance(content, str):
            parts.extend([{"type": "text", "text": content}] if content else [])
        else:
            parts.extend(content or ())
        return {"content": parts}
    if form == "reasoning_details":
        details = [detail for thought in thoughts for detail in _details(thought.signature)]
        return {"reasoning_details": details} if details else {"reasoning": text} if text else {}
    return {form: text} if text else {}


def _counts(which: Return, encoded: dict[str, Any]) -> bool:
    return which == "always" or (which == "with_tool_calls" and "tool_calls" in encoded)


def _thinking(thought: Reasoning) -> dict[str, Any]:
    part: dict[str, Any] = {"type": "thinking", "thinking": [{"type": "text", "text": thought.text}]}
    if thought.signature is not None:
        part["signature"] = thought.signature
    return part


def _details(signature: str | None) -> list[Mapping[str, Any]]:
    """The vendor's own reasoning blocks, which travel as one opaque signature through our types."""
    details = json_in(signature or "")
    return [detail for detail in details if isinstance(detail, dict)] if isinstance(details, list) else []


def proof_on(call: Mapping[str, Any]) -> str | None:
    """What stands on a call of an answer for its vendor to check, as one opaque text; None for nothing."""
    found = {key: call[key] for key in _PROOFS if isinstance(call.get(key), dict) and call[key]}
    try:
        return json.dumps(found, ensure_ascii=False, separators=(",", ":")) if found else None
    except RecursionError:
        return None


def seal_on(message: Mapping[str, Any]) -> str | None:
    """The same of a message without calls, where it holds a signature; most of such content is no proof."""
    if message.keys().isdisjoint(_PROOFS):
        return None
    found = [message[key] for key in _PROOFS if key in message]
    inner = [value for each in found if isinstance(each, dict) for value in (each, *each.values())]
    signed = any(isinstance(value, dict) and "thought_signature" in value for value in inner)
    return proof_on(message) if signed else None


def _proofs(signature: str | None) -> dict[str, Any]:
    return {key: value for key, value in _object(signature or "").items() if key in _PROOFS}


def _object(signature: str) -> dict[str, Any]:
    """What `proof_on` made a text of."""
    extra = json_in(signature)
    return extra if isinstance(extra, dict) else {}
