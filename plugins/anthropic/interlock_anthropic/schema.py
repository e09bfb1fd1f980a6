"""JSON schemas as the vendor's grammar takes them, or the finding that it cannot.

Objects must be closed, and limits on numbers, lengths and counts are no part of the grammar: these go into
the description, as the vendor's own SDK does; the engine checks the answer against the caller's schema.
"""

from collections.abc import Mapping
from typing import Any

_TYPES = frozenset({"object", "array", "string", "integer", "number", "boolean", "null"})
_FORMATS = frozenset(
    {"date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"}
)
_KEPT = ("title", "description", "enum", "const", "type", "$ref", "required", "format")
_REMARKS = frozenset(
    {"default", "examples", "$schema", "$id", "$comment", "deprecated", "readOnly", "writeOnly"}
    | {"additionalProperties", "discriminator"}
)
_LIMITS = frozenset(
    {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"}
    | {"pattern", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"}
)
_DEFINITIONS = ("$defs", "definitions")
_CHOICES = {"anyOf": "anyOf", "oneOf": "anyOf", "allOf": "allOf"}
_DEEPEST = 40


def closed(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """A schema that the grammar takes and that allows the same but for limits; None when there is none."""
    encoded = _closed(schema, 0)
    return None if encoded is None or _recurs(encoded) else encoded


def _closed(schema: Any, depth: int) -> dict[str, Any] | None:
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return None
    kind = schema.get("type", "object" if "properties" in schema else None)
    if isinstance(kind, (list, tuple)):
        rest = {key: value for key, value in schema.items() if key != "type"}
        return _closed({"anyOf": [{**rest, "type": each} for each in kind]}, depth + 1)
    if not _is_plain(schema, kind):
        return None
    encoded: dict[str, Any] = {key: schema[key] for key in _KEPT if key in schema}
    if kind == "object":
        encoded["type"] = kind
    limits = [f"{key}: {schema[key]}" for key in sorted(_LIMITS & schema.keys())]
    if "format" in encoded and encoded["format"] not in _FORMATS:
        limits.append(f"format: {encoded.pop('format')}")
    if schema.get("minItems") in (0, 1):
        encoded["minItems"] = schema["minItems"]
        limits.remove(f"minItems: {schema['minItems']}")
    if limits:
        said = f"{schema['description']} " if schema.get("description") else ""
        encoded["description"] = f"{said}({'; '.join(limits)})"
    return encoded if _nested(schema, encoded, kind, depth) else None


def _is_plain(schema: Mapping[str, Any], kind: Any) -> bool:
    """Whether every word is one that the grammar knows, or may be left out."""
    known = {*_KEPT, *_REMARKS, *_LIMITS, *_DEFINITIONS, *_CHOICES, "properties", "items"}
    if not schema.keys() <= known or (kind is not None and kind not in _TYPES):
        return False
    if kind == "object" and schema.get("additionalProperties", False) is not False:
        return False
    says = kind is not None or bool({"$ref", "enum", "const", *_CHOICES} & schema.keys())
    values = schema.get("enum", ())
    if not says or not isinstance(values, (list, tuple)):
        return False
    return not any(isinstance(value, (dict, list)) for value in (*values, schema.get("const")))


def _nested(schema: Mapping[str, Any], encoded: dict[str, Any], kind: Any, depth: int) -> bool:
    """Encode what is inside. False when a part of it cannot be."""
    if kind == "object":
        encoded["additionalProperties"] = False
        encoded.setdefault("properties", {})
    for key in ("properties", *_DEFINITIONS):
        if key not in schema:
            continue
        if not isinstance(schema[key], Mapping):
            return False
        inner = {name: _closed(value, depth + 1) for name, value in schema[key].items()}
        if None in inner.values():
            return False
        encoded[key] = inner
    for key, name in _CHOICES.items():
        if key not in schema:
            continue
        if not isinstance(schema[key], (list, tuple)) or name in encoded:
            return False
        options = [_closed(value, depth + 1) for value in schema[key]]
        if not options or None in options:
            return False
        encoded[name] = options
    if "items" in schema:
        encoded["items"] = _closed(schema["items"], depth + 1)
        return encoded["items"] is not None
    return True


def _recurs(schema: dict[str, Any]) -> bool:
    """Whether a definition leads back to itself; a reference to what is not defined here counts too."""
    definitions = {
        f"#/{key}/{name}": value for key in _DEFINITIONS for name, value in schema.get(key, {}).items()
    }
    leads_to = {name: _references(value) for name, value in definitions.items()}
    wanted = _references(schema).union(*leads_to.values())
    if not wanted <= leads_to.keys():
        return True
    while leads_to:
        ends = {name for name, targets in leads_to.items() if not targets & leads_to.keys()}
        if not ends:
            return True
        leads_to = {name: targets for name, targets in leads_to.items() if name not in ends}
    return False


def _references(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*(_references(inner) for inner in value))
    if not isinstance(value, dict):
        return set()
    target = value.get("$ref")
    found = {target} if isinstance(target, str) else set()
    return found.union(*(_references(inner) for key, inner in value.items() if key not in _DEFINITIONS))
