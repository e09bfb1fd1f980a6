"""JSON schemas of a suite's files: whether they are some, and where a value does not fit one.

Nothing is fetched: a schema refers to what is in it alone.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

_SHOWN: Final = 240


def schema_complaint(schema: Mapping[str, Any]) -> str | None:
    """What is wrong with a JSON schema, in a sentence; None for a usable one."""
    from jsonschema.exceptions import SchemaError  # noqa: PLC0415 - slow to import
    from jsonschema.validators import Draft202012Validator  # noqa: PLC0415 - likewise
    from referencing import Registry  # noqa: PLC0415 - likewise
    from referencing.exceptions import Unresolvable  # noqa: PLC0415 - likewise
    from referencing.jsonschema import DRAFT202012  # noqa: PLC0415 - likewise

    try:
        Draft202012Validator.check_schema(schema)
        resolver = Registry().with_resource("", DRAFT202012.create_resource(schema)).resolver()
        for reference in _references(schema):
            resolver.lookup(reference)
    except SchemaError as error:
        at = ".".join(str(step) for step in error.absolute_path)
        return f"this is no JSON schema: {f'{at}: ' if at else ''}{error.message:.160}"
    except (Unresolvable, ValueError):
        return "it refers to what is not within it."
    except RecursionError:
        return "this is no JSON schema: it is nested too deeply."
    return None


def misfit(schema: Mapping[str, Any], value: Any) -> str | None:
    """Where a value does not fit, and why; None for one that does."""
    from jsonschema.validators import Draft202012Validator  # noqa: PLC0415 - slow to import
    from referencing import Registry  # noqa: PLC0415 - likewise

    try:
        wrong = next(Draft202012Validator(schema, registry=Registry()).iter_errors(value), None)
    except RecursionError:
        return "it is nested too deeply to be checked"
    return None if wrong is None else f"{wrong.json_path}: {wrong.message}"[:_SHOWN]


def _references(schema: Any) -> Iterator[str]:
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
