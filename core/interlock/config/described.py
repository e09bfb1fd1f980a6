"""A schema of options in words: for whoever asks what may be written, and what is when nothing is."""

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from interlock.config.layers import LISTS, keys_of
from interlock.config.shapes import BrokenSchema, unwrapped, worded
from interlock.types.models import Secret

_SHOWN = (str, int, float, bool, NoneType)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A key that may be written.

    Attributes:
        key: dotted below the schema's own; `*` is any name or number.
        default: as JSON has it; None where there is none that could be shown.
        help: what the schema says of it, in one line; empty when it says nothing.
    """

    key: str
    type: str
    required: bool
    default: Any
    help: str


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    kind: Any
    required: bool
    default: Any
    help: str


def described(schema: type) -> list[Option]:
    """Every key of the schema, those of a mapping inside it after its own. Raises BrokenSchema."""
    try:
        return list(_options(schema, "", ()))
    except BrokenSchema:
        raise
    except Exception as error:
        raise BrokenSchema(f"{schema!r}: {type(error).__name__}: {error}") from error


def _options(schema: type, prefix: str, within: tuple[type, ...]) -> Iterator[Option]:
    for field in _fields(schema):
        key = prefix + field.name
        yield Option(
            key=key,
            type=_typed(field.kind),
            required=field.required,
            default=_plain(field.default),
            help=field.help,
        )
        for steps, inner in _structures(field.kind):
            if inner not in (schema, *within):
                yield from _options(inner, f"{key}{steps}.", (schema, *within))


def _fields(schema: type) -> Iterator[_Field]:
    said = _attributes(schema)
    if isinstance(schema, type) and issubclass(schema, BaseModel):
        schema.model_rebuild()
        for name, entry in keys_of(schema).items():
            default = entry.get_default(call_default_factory=True) if not entry.is_required() else None
            told = " ".join((entry.description or said.get(name, "")).split())
            yield _Field(name, entry.annotation, entry.is_required(), default, told)
        return
    if not is_dataclass(schema):
        raise BrokenSchema(f"{schema!r} is neither a dataclass nor a pydantic model")
    hints = get_type_hints(schema, include_extras=True)
    for field in fields(schema):
        if field.init:
            required = field.default is MISSING and field.default_factory is MISSING
            default = None if required else _default(field)
            yield _Field(field.name, hints[field.name], required, default, said.get(field.name, ""))


def _default(field: "Field[Any]") -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _attributes(schema: type) -> dict[str, str]:
    """What the docstring's section `Attributes:` says, name by name."""
    _, _, section = (inspect.getdoc(schema) or "").partition("Attributes:\n")
    said: dict[str, str] = {}
    names: list[str] = []
    for line in section.splitlines():
        if line and not line.startswith(" "):
            break
        if begun := re.match(r" {1,4}(\w+(?:, \w+)*): (.*)", line):
            names = begun[1].split(", ")
            said |= dict.fromkeys(names, begun[2].strip())
        elif line.strip():
            said |= {name: f"{said[name]} {line.strip()}" for name in names}
    return said


def _typed(kind: Any) -> str:
    kind = unwrapped(kind)
    args = [arg for arg in get_args(kind) if arg is not ...]
    if kind is Secret:
        return "secret"
    if get_origin(kind) is Literal:
        return " or ".join(map(str, args))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return " or ".join(str(member.value) for member in kind)
    if get_origin(kind) in LISTS and len(args) == 1:
        return f"list of {_typed(args[0])}"
    if get_origin(kind) in (dict, Mapping):
        return f"mapping to {_typed(args[1])}"
    if len(args) > 1 and get_origin(kind) not in LISTS:
        return " or ".join(_typed(arg) for arg in args if arg is not NoneType)
    word = worded(kind)
    return "mapping" if word == "keys and values" else re.sub(r"^a ", "", word)


def _structures(kind: Any) -> Iterator[tuple[str, type]]:
    """The dataclasses and models inside a type, and the steps that lead to each."""
    kind = unwrapped(kind)
    if isinstance(kind, type) and not get_args(kind) and (is_dataclass(kind) or issubclass(kind, BaseModel)):
        yield "", kind
    elif get_origin(kind) in LISTS:
        yield from ((f".*{steps}", inner) for steps, inner in _structures(get_args(kind)[0]))
    elif get_origin(kind) in (dict, Mapping):
        yield from ((f".*{steps}", inner) for steps, inner in _structures(get_args(kind)[1]))
    elif get_origin(kind) is not Literal:
        for arg in get_args(kind):
            yield from _structures(arg)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, _SHOWN):
        return value
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((_plain(item) for item in value), key=repr)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None  # a secret, or a mapping whose own keys follow
