"""JSON schemas of what nodes give and take: whether they are schemas, and where a value misfits one.

Bytes fit a schema of type `string` with `contentEncoding: base64` or `format: binary`, and one that names no
type. Nothing is fetched: a schema refers to what is in it alone.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from interlock_agents.plans.patterns import longest, pattern_complaint
from interlock_agents.plans.references import kind_of

__all__ = ["Unknown", "has_patterns", "is_bytes", "misfits", "schema_complaint"]

_SHOWN: Final = 160
_MOST: Final = 8
_COMPARING: Final = frozenset(
    {
        "const",
        "enum",
        "uniqueItems",
        "contains",
        "not",
        "oneOf",
        "if",
        "unevaluatedItems",
        "unevaluatedProperties",
    }
)

_MATCHING: Final = frozenset({"pattern", "patternProperties"})
_CLOSING: Final = frozenset({"additionalProperties", "unevaluatedProperties"})


class Unknown:
    """A value that is not known yet. `kinds` are the types it may have, as JSON calls them, and `bytes`."""

    __slots__ = ("kinds", "said")

    def __init__(self, kinds: frozenset[str] | None, said: str = "") -> None:
        self.kinds = kinds
        self.said = said

    def may_be(self, wanted: frozenset[str]) -> bool:
        """Whether one of its kinds is wanted; an integer is a number, and a number may be an integer."""
        if self.kinds is None:
            return True
        if {"integer", "number"} & self.kinds and {"integer", "number"} & wanted:
            return True
        return bool(self.kinds & wanted)


def is_bytes(schema: Mapping[str, Any]) -> bool:
    """Whether a schema of type string is meant for bytes."""
    return schema.get("contentEncoding") == "base64" or schema.get("format") == "binary"


def schema_complaint(schema: Any, *, patterns: bool = True) -> str | None:
    """What is wrong with a schema, in a sentence; None for a usable one. `patterns` says whether its regular
    expressions will be heeded: then none may be there that takes for ever.
    """
    if not isinstance(schema, Mapping):
        return f"a JSON schema is expected, not {kind_of(schema)}"
    try:
        return _complaint_of(json.dumps(schema), patterns)
    except (TypeError, ValueError, RecursionError):
        return "this is no JSON schema: it is no JSON, or nested too deeply"


@lru_cache(maxsize=512)
def _complaint_of(text: str, patterns: bool) -> str | None:
    """Of a schema as text: the same ones are looked at again and again."""
    from jsonschema import SchemaError  # noqa: PLC0415 - loaded when the first schema is looked at
    from referencing import Registry  # noqa: PLC0415 - loaded with the first schema
    from referencing.exceptions import Unresolvable  # noqa: PLC0415 - loaded with the first schema
    from referencing.jsonschema import DRAFT202012  # noqa: PLC0415 - loaded with the first schema

    schema = json.loads(text)
    try:
        _kind(schema, patterns=True).check_schema(schema)
    except SchemaError as error:
        at = ".".join(str(step) for step in error.absolute_path)
        return f"this is no JSON schema: {f'{at}: ' if at else ''}{error.message[:_SHOWN]}"
    resolver = Registry().with_resource("", DRAFT202012.create_resource(schema)).resolver()
    for key, said in _said(schema):
        try:
            if key == "$ref":
                resolver.lookup(said)
            elif patterns and (why := pattern_complaint(said)):
                return f"the pattern {said[:_SHOWN]!r} may take for ever: {why}"
        except Unresolvable:
            return f"{said[:_SHOWN]!r} is not within the schema"
    return None


def misfits(
    schema: Mapping[str, Any], value: Any, *, patterns: bool = True
) -> list[tuple[tuple[str | int, ...], str]]:
    """Where a value does not fit, and why: the path in the value, and a sentence without its contents.

    Args:
        schema: a usable one.
        value: of it, parts may be `Unknown`; they misfit where none of their kinds is wanted.
        patterns: whether regular expressions are heeded. Those of strangers, such as a tool's, are not: one
            that is made for it takes for ever.
    """
    from referencing import Registry  # noqa: PLC0415 - loaded when the first schema is looked at

    validator = _kind(schema, patterns=patterns)(schema, registry=Registry())
    found = []
    try:
        for error in validator.iter_errors(value):
            found.append((tuple(error.absolute_path), _sentence(error)))
            if len(found) == _MOST:
                break
    except RecursionError:
        found.append(((), "it is nested too deeply to be checked"))
    return found


def _sentence(error: Any) -> str:
    """What a keyword wants; of a value, its kind alone."""
    wants = error.validator_value
    if error.validator == "type":
        kinds = wants if isinstance(wants, str) else ", ".join(map(str, wants))
        had = error.instance
        if isinstance(had, Unknown):
            return f"{had.said or 'this'} is {' or '.join(sorted(had.kinds or ()))}, and {kinds} is expected"
        return f"{kinds} is expected, not {kind_of(had)}"
    if error.validator == "required":
        lacking = [name for name in wants if name not in error.instance]
        return f"it lacks {', '.join(lacking)}"
    if error.validator == "additionalProperties" and isinstance(error.schema.get("properties"), Mapping):
        known = error.schema["properties"]
        extra = [str(name)[:_SHOWN] for name in error.instance if name not in known]
        return f"there is no {', '.join(extra[:3])}; there is {', '.join(known) or 'nothing'}"
    if error.validator in ("enum", "const"):
        return f"one of {str(wants if error.validator == 'enum' else [wants])[:_SHOWN]} is expected"
    if error.validator in _MATCHING and _too_long(wants, error.instance):
        return f"it is too long to be held against {error.validator}: {str(wants)[:_SHOWN]}"
    return f"it does not fit {error.validator}: {str(wants)[:_SHOWN]}"


def _kind(schema: Mapping[str, Any], *, patterns: bool) -> Any:
    from jsonschema import Draft202012Validator, validators  # noqa: PLC0415 - loaded with the first schema

    return _extended(validators.validator_for(schema, default=Draft202012Validator), patterns)


@lru_cache(maxsize=16)
def _extended(kind: Any, patterns: bool) -> Any:
    """A draft's validator that knows bytes, and of a part that is not known yet nothing but its kinds."""
    from jsonschema import validators  # noqa: PLC0415 - loaded with the first schema

    checks = {name: _patient(name, check, patterns=patterns) for name, check in kind.VALIDATORS.items()}
    checks["type"] = _typed(kind.VALIDATORS["type"])
    return validators.extend(kind, validators=checks)  # type: ignore[no-untyped-call] # its stub says nothing


def _patient(name: str, check: Callable[..., Any], *, patterns: bool) -> Callable[..., Iterator[Any]]:
    from jsonschema import ValidationError  # noqa: PLC0415 - loaded with the first schema

    def patient(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if not patterns and (name in _MATCHING or (name in _CLOSING and "patternProperties" in schema)):
            return
        if isinstance(instance, Unknown) and name not in ("$ref", "$dynamicRef", "allOf", "anyOf"):
            return
        if name in _COMPARING and _holds_unknown(instance):
            return
        if name in _MATCHING and _too_long(wanted, instance):
            yield ValidationError("too long for the pattern")
            return
        yield from check(validator, wanted, instance, schema) or ()

    return patient


def _too_long(wanted: Any, instance: Any) -> bool:
    """Whether to hold it against its pattern, or its names against theirs, may take for ever."""
    if isinstance(instance, str) and isinstance(wanted, str):
        return len(instance) > longest(wanted)
    if isinstance(instance, Mapping) and isinstance(wanted, Mapping) and wanted:
        return max(map(len, instance), default=0) > min(map(longest, wanted))
    return False


def _typed(check: Callable[..., Any]) -> Callable[..., Iterator[Any]]:
    from jsonschema import ValidationError  # noqa: PLC0415 - loaded with the first schema

    def typed(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[Any]:
        kinds = frozenset([wanted] if isinstance(wanted, str) else wanted)
        if isinstance(instance, Unknown | bytes):
            if "string" in kinds and is_bytes(schema):
                kinds |= {"bytes"}
            fits = instance.may_be(kinds) if isinstance(instance, Unknown) else "bytes" in kinds
            if not fits:
                yield ValidationError("of another type")
            return
        yield from check(validator, wanted, instance, schema) or ()

    return typed


def _holds_unknown(value: Any) -> bool:
    if isinstance(value, Unknown):
        return True
    if isinstance(value, Mapping):
        return any(map(_holds_unknown, value.values()))
    return isinstance(value, list | tuple) and any(map(_holds_unknown, value))


def has_patterns(schema: Any) -> bool:
    """Whether it holds regular expressions."""
    return any(key == "pattern" for key, _ in _said(schema))


def _said(schema: Any) -> Iterator[tuple[str, str]]:
    """What a schema refers to, and its regular expressions, with the keyword of each."""
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            for key in ("$ref", "pattern"):
                if isinstance(part.get(key), str):
                    yield key, part[key]
            if isinstance(part.get("patternProperties"), dict):
                yield from (("pattern", each) for each in part["patternProperties"])
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
