"""What a node gives, out of what a tool or a model says."""

from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Mapping
from typing import Any

from interlock import Audio, Document, Image, Output, ToolOutcome
from interlock.types.strict import loads
from interlock_agents.plans import misfits
from interlock_agents.plans.paths import kinds_of
from interlock_agents.plans.schemas import is_bytes
from interlock_agents.running.diagnosing import Diagnosis, said

_FIELD = "value"
_TEXT = frozenset({"string"})
_OBJECT = frozenset({"object"})
_CHOICE = frozenset({"enum", "const"})


def value_of(outcome: ToolOutcome, schema: Mapping[str, Any]) -> Any:
    """A tool's content with the type that the schema asks for, as far as it can have that."""
    if not isinstance(outcome.content, str) and len(outcome.content) == 1:
        part = outcome.content[0]
        if isinstance(part, Document | Image | Audio) and part.data is not None:
            return part.data
    found = typed(said(outcome), schema)
    if outcome.receipt is not None and misfits(schema, found):
        # A server of MCP says a list item by item, and as a whole beside that, below `result`.
        whole: Any = outcome.receipt.get("result", outcome.receipt)
        return found if misfits(schema, whole) else whole
    return found


def typed(text: str, schema: Mapping[str, Any]) -> Any:
    """A text as what the schema asks for: itself, JSON, or bytes out of base64."""
    if is_bytes(schema):
        try:
            return b64decode(text, validate=True)
        except (NoBase64, ValueError):
            return text
    kinds = kinds_of(schema)
    if kinds == _TEXT:
        return text
    try:
        return loads(text)
    except (ValueError, RecursionError):
        return text


def misfit(value: Any, schema: Mapping[str, Any]) -> Diagnosis | None:
    """What is wrong with a value; None where it fits."""
    found = misfits(schema, value)
    if not found:
        return None
    first = "; ".join(f"{'.'.join(map(str, path)) or 'it'}: {why}" for path, why in found[:3])
    return Diagnosis(fault="content", why=f"what it gave does not fit `out`: {first}")


def output_of(schema: Mapping[str, Any] | None) -> Output | dict[str, Any] | None:
    """What a model is asked for: an object with the schema, or one whose `value` has it; None for text that
    may be any.
    """
    if schema is None or (kinds_of(schema) == _TEXT and not _CHOICE & schema.keys()):
        return None
    if kinds_of(schema) == _OBJECT:
        return dict(schema)
    definitions = {name: schema[name] for name in ("$defs", "definitions") if name in schema}
    inner = {name: held for name, held in schema.items() if name not in definitions}
    return {
        "type": "object",
        "properties": {_FIELD: inner},
        "required": [_FIELD],
        "additionalProperties": False,
        **definitions,
    }


def answered(parsed: Any, schema: Mapping[str, Any] | None) -> Any:
    """The value in what `output_of` has made a model say."""
    if schema is None or kinds_of(schema) == _OBJECT:
        return parsed
    return parsed[_FIELD]
