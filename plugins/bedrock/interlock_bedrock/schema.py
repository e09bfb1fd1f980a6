"""JSON schemas as Bedrock's grammar takes them, or the finding that it cannot.

The grammar wants objects closed and has no limits on numbers and lengths; those go into descriptions, and the
engine checks the answer against the caller's own schema.
"""

from collections.abc import Mapping
from typing import Any

_SAME = ("type", "title", "description", "enum", "const", "required", "$ref")
_UNSAID = frozenset({"default", "examples", "$schema", "$id", "$comment", "additionalProperties"})
_WORDS = (
    "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern format "
    "minItems maxItems uniqueItems minProperties maxProperties"
)
_LIMITS = frozenset(_WORDS.split())
_DEFINITIONS = ("$defs", "definitions")
_MAPS = ("properties", *_DEFINITIONS)
_LISTS = ("anyOf", "allOf")
_KNOWN = {*_SAME, *_UNSAID, *_LIMITS, *_MAPS, *_LISTS, "items"}
_DEEPEST = 32


def closed(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """A schema that allows the same but for the limits; None where the grammar has no words for it."""
    if schema.get("type") != "object":
        return None
    encoded = _closed(schema, 0)
    return None if encoded is None or _recurs(encoded) else encoded


def _closed(schema: Any, depth: int) -> dict[str, Any] | None:
    if not isinstance(schema, Mapping) or depth > _DEEPEST or not schema or not schema.keys() <= _KNOWN:
        return None
    result: dict[str, Any] = {key: schema[key] for key in _SAME if key in schema}
    if schema.get("type") == "object" or "properties" in schema:
        if schema.get("additionalProperties", False) is not False:
            return None
        result |= {"type": "object", "additionalProperties": False, "properties": {}}
    limits = "; ".join(f"{key}: {schema[key]}" for key in sorted(_LIMITS & schema.keys()))
    if limits:
        result["description"] = f"{schema.get('description', '')} ({limits})".strip()
    for key in _MAPS:
        if key in schema:
            inner = {name: _closed(value, depth + 1) for name, value in dict(schema[key]).items()}
            if None in inner.values():
                return None
            result[key] = inner
    for key in _LISTS:
        if key in schema:
            options = [_closed(value, depth + 1) for value in schema[key]]
            if None in options:
                return None
            result[key] = options
    if "items" in schema:
        result["items"] = _closed(schema["items"], depth + 1)
        if result["items"] is None:
            return None
    return result


def _recurs(schema: dict[str, Any]) -> bool:
    """Whether a definition leads back to itself, or a reference leads out of the schema."""
    definitions = {
        f"#/{key}/{name}": value for key in _DEFINITIONS for name, value in schema.get(key, {}).items()
    }
    done: set[str] = set()

    def loops(value: Any, way: tuple[str, ...]) -> bool:
        if isinstance(value, (list, dict)):
            inner = value if isinstance(value, list) else value.values()
            if any(loops(each, way) for each in inner):
                return True
        target = value.get("$ref") if isinstance(value, dict) else None
        if not isinstance(target, str) or target in done:
            return False
        if target in way or target not in definitions or loops(definitions[target], (*way, target)):
            return True
        done.add(target)
        return False

    return loops(schema, ())
