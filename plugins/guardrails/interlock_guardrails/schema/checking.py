"""A JSON schema as a check that fetches nothing, and says where a value misfits without quoting it."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from interlock import ConfigError
from interlock.types.strict import loads

__all__ = ["Check", "check_of", "fenced", "read", "schema_in"]

Check = Callable[[Any], str | None]
"""Where in the schema a value misfits; None where it fits."""

_LONGEST: Final = 120
_FENCED = re.compile(
    r"^[ \t]*```[ \t]*json[^\n`]*\n(.*?)^[ \t]*```[ \t]*$", re.MULTILINE | re.DOTALL | re.IGNORECASE
)


def schema_in(path: Path) -> dict[str, Any]:
    """Raises ConfigError for a file that cannot be read or holds no object."""
    try:
        found = loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.", key="file") from None
    except (ValueError, RecursionError):
        raise ConfigError(f"{path} holds no JSON.", key="file") from None
    if not isinstance(found, dict):
        raise ConfigError(f"{path} holds no JSON schema: an object is expected.", key="file")
    return found


def check_of(schema: Mapping[str, Any], key: str) -> Check:
    """Raises ConfigError, at `key`, for what is no JSON schema, or refers to what is not in it."""
    # The package itself, for the sake of other threads that are importing it.
    from jsonschema import SchemaError, exceptions, validators  # noqa: PLC0415 - only who configures this needs it
    from referencing import Registry  # noqa: PLC0415 - see above
    from referencing.exceptions import Unresolvable  # noqa: PLC0415 - see above
    from referencing.jsonschema import DRAFT202012  # noqa: PLC0415 - see above

    kind = validators.validator_for(schema)
    try:
        kind.check_schema(dict(schema))
    except SchemaError as error:
        at = _path(error.absolute_path) or "its root"
        raise ConfigError(f"this is no JSON schema: {at}: {error.message[:_LONGEST]}.", key=key) from None
    empty: Registry[Any] = Registry()  # fetches nothing from anywhere
    resolver = empty.with_resource("", DRAFT202012.create_resource(dict(schema))).resolver()
    for reference in _references(schema):
        try:
            resolver.lookup(reference)
        except Unresolvable:
            raise ConfigError(f"{reference[:_LONGEST]!r} is not within the schema.", key=key) from None
    validator = kind(schema, registry=empty)

    def check(value: Any) -> str | None:
        error = exceptions.best_match(validator.iter_errors(value))
        return None if error is None else _path(error.absolute_schema_path)

    return check


def read(text: str) -> Any:
    """JSON as models write it, alone or in one code fence. Raises ValueError or RecursionError."""
    text = text.strip()
    if text.startswith("```") and text.endswith("```") and len(text) > len("``````"):
        text = text[3:-3].removeprefix("json").strip()
    return loads(text)


def fenced(text: str) -> str | None:
    """The first block that is fenced as JSON, without its fence."""
    found = _FENCED.search(text)
    return None if found is None else found[1]


def _path(steps: Any) -> str:
    """Of a schema, which its user wrote: nothing of a value stands in it."""
    return ".".join(str(step) for step in steps)[:_LONGEST]


def _references(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            reference = part.get("$ref")
            if isinstance(reference, str):
                yield reference
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
