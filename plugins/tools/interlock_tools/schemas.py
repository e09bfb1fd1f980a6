"""What a schema says of arguments, without the parts of a stranger's that could hold a process up."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema import SchemaError, ValidationError, validators
from jsonschema.protocols import Validator
from referencing import Registry
from referencing.exceptions import Unresolvable

__all__ = ["Checker", "fitted", "flaw", "is_small"]

_LONGEST = 300
_SMALL = 100  # values


def flaw(schema: Any) -> str | None:
    """What is wrong with a schema of arguments, in a few words."""
    if not isinstance(schema, Mapping) or schema.get("type") != "object":
        return "its parameters are no schema of type object"
    try:
        validators.validator_for(schema).check_schema(dict(schema))
    except (SchemaError, RecursionError):
        return "its parameters are no JSON schema"
    except Exception:  # noqa: BLE001 - a stranger's schema may make the library raise anything
        return "its parameters cannot be understood"
    return None


class Checker:
    """Holds arguments against a schema that has no flaw.

    Patterns are left to the server, unless `patterns` says that the schema is our own: a stranger's regular
    expression may run for ever. No reference leads out of the schema.
    """

    def __init__(self, schema: Mapping[str, Any], *, patterns: bool = False) -> None:
        kind = validators.validator_for(schema)
        kind = kind if patterns else _without_patterns(kind)
        self._validator = kind(schema, registry=Registry())

    def objection(self, arguments: Mapping[str, Any]) -> str | None:
        """What is wrong with them, for the model that wrote them; None where nothing is known to be."""
        try:
            wrong = next(iter(self._validator.iter_errors(dict(arguments))), None)
        except (Unresolvable, RecursionError):
            return None
        except Exception:  # noqa: BLE001 - as above
            return None
        return None if wrong is None else _sentence(wrong)


def fitted(schema: Any, value: Any) -> Any:
    """The value with whole numbers as text where the schema wants text alone, as of the number of an order:
    models, and whoever types a command, write it without quotes. All else is as it was.
    """
    if not isinstance(schema, Mapping):
        return value
    if schema.get("type") == "string" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    properties = schema.get("properties")
    if isinstance(value, Mapping) and isinstance(properties, Mapping):
        return {name: fitted(properties.get(name), each) for name, each in value.items()}
    if isinstance(value, list | tuple) and "items" in schema:
        return [fitted(schema["items"], each) for each in value]
    return value


def is_small(arguments: Any) -> bool:
    """Whether they are looked at in less time than a thread takes to begin."""
    waiting, seen = [arguments], 0
    while waiting and seen <= _SMALL:
        seen += 1
        value = waiting.pop()
        if isinstance(value, Mapping):
            waiting.extend(value.values())
        elif isinstance(value, list | tuple):
            waiting.extend(value)
    return seen <= _SMALL


def _sentence(error: ValidationError) -> str:
    where = ".".join(map(str, error.absolute_path))
    said = error.message if len(error.message) <= _LONGEST else f"does not fit {error.validator}"
    return f"{where}: {said}" if where else said


@cache
def _without_patterns(kind: type[Validator]) -> type[Validator]:
    def unchecked(*_: Any) -> Any:
        return ()

    def additional(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
        if "patternProperties" in schema:
            return ()
        return kind.VALIDATORS["additionalProperties"](validator, value, instance, schema)

    changed: dict[str, Any] = dict.fromkeys(
        ("pattern", "patternProperties", "unevaluatedProperties"), unchecked
    )
    changed["additionalProperties"] = additional
    return validators.extend(kind, changed)  # type: ignore[no-any-return,no-untyped-call]  # untyped upstream
