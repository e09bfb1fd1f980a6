"""Structured output: as the vendor's own response format, or in words."""

import json
import re
from collections.abc import Mapping
from typing import Any

from interlock.types.request import Output

_LOOSE = frozenset(
    {
        "oneOf",
        "allOf",
        "not",
        "if",
        "then",
        "else",
        "dependentRequired",
        "dependentSchemas",
        "patternProperties",
    }
)
_NESTED = ("properties", "$defs", "definitions")
_NAME_LENGTH = 64


def response_format(output: Output, *, mode: str, strict: bool) -> dict[str, Any]:
    """`strict` says that the vendor knows the flag; it is set where it changes nothing in the meaning."""
    if mode == "json_object" or output.free:
        return {"type": "json_object"}
    schema: Any = output.schema
    spec: dict[str, Any] = {"name": _name(output.name), "schema": schema}
    if strict:
        closed = _closed(schema)
        spec["strict"] = closed is not None
        spec["schema"] = schema if closed is None else closed
    return {"type": "json_schema", "json_schema": spec}


def in_words(output: Output) -> str:
    """For vendors that promise JSON but no schema."""
    if output.free:
        return "Answer with one JSON object and nothing else."
    schema = json.dumps(output.schema, ensure_ascii=False, separators=(",", ":"))
    return f"Answer with one JSON value and nothing else. It must be valid under this JSON schema:\n{schema}"


def _name(name: str) -> str:
    return re.sub(r"[^a-zA-Z0-9_-]", "_", name)[:_NAME_LENGTH] or "output"


def _closed(schema: Any) -> Any | None:
    """A copy whose objects are closed, or None where strict mode would change what is allowed.

    Strict mode wants every property required and every object closed. Closing an object that says nothing
    about further properties forbids what nobody asked for; requiring an optional property is a change.
    """
    if isinstance(schema, list):
        items = [_closed(item) for item in schema]
        return None if None in items else items
    if not isinstance(schema, Mapping):
        return schema
    if _LOOSE & schema.keys() or ("anyOf" in schema and "properties" in schema):
        return None
    closed: dict[str, Any] = dict(schema)
    if schema.get("type") == "object" or "properties" in schema:
        properties = schema.get("properties", {})
        if schema.get("additionalProperties", False) is not False or not isinstance(properties, Mapping):
            return None
        if set(properties) != set(schema.get("required", ())):
            return None
        closed["additionalProperties"] = False
    for key in _NESTED:
        inner = schema.get(key)
        if isinstance(inner, Mapping):
            closed[key] = {name: _closed(value) for name, value in inner.items()}
            if None in closed[key].values():
                return None
    for key in ("items", "anyOf"):
        if key in schema:
            closed[key] = _closed(schema[key])
            if closed[key] is None:
                return None
    closed.pop("default", None)  # strict mode takes no defaults, and every property is required anyway
    return closed
