"""Records as JSON text, in one pass: what `record_to_plain` gives, written at a third of its price.

A function is made of each dataclass's fields, for a store writes the record of every call, and takes the time
from the calls that come after it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from json.encoder import encode_basestring_ascii as quoted  # ASCII alone: half a character has to pass, too
from math import isfinite
from typing import Any, Final, get_args, get_type_hints

from interlock.records.plain import FORMAT, default_of, silent
from interlock.types.decisions import Candidate
from interlock.types.records import Record

_MOST_KNOWN: Final = 4_096
_KNOWN: Final[dict[int, tuple[Candidate, str]]] = {}
"""Candidates that many decisions share, by identity, each with its text. Who is in it keeps its identity."""


def record_to_json(record: Record) -> str:
    """What `record_to_plain` gives of the record, as JSON in ASCII."""
    return _silent_to_json(silent(record))


def _silent_to_json(record: Record) -> str:
    names = record.metadata
    metadata = ""
    if names:
        # Callers put numbers there, too.
        pairs = [f"{quoted(str(name))}:{quoted(str(value))}" for name, value in names.items()]
        metadata = f',"metadata":{{{",".join(pairs)}}}'
    return f'{{"format":{FORMAT},{_written(Record)(record)[1:-1]}{metadata}}}'


def _text(value: Any) -> str:
    """Of any value, as `record_to_plain` has it."""
    return _writer(type(value))(value)  # type: ignore[arg-type]  # classes are hashable


@cache
def _writer(kind: type) -> Callable[[Any], str]:
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if is_dataclass(kind):
        return _written(kind)
    if issubclass(kind, Mapping):
        return _mapping
    if issubclass(kind, frozenset):
        return lambda value: _list(sorted(value))
    return _list if issubclass(kind, tuple) else lambda value: quoted(str(value))


def _mapping(value: Mapping[str, Any]) -> str:
    return "{" + ",".join([f"{quoted(name)}:{_text(item)}" for name, item in value.items()]) + "}"


def _list(value: Iterable[Any]) -> str:
    return "[" + ",".join([_text(item) for item in value]) + "]"


def _number(value: float) -> str:
    # JSON has no words for these.
    return repr(value) if isfinite(value) else f'"{value}"'


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _null(_: None) -> str:
    return "null"


def _candidate(value: Candidate) -> str:
    known = _KNOWN.get(id(value))
    if known is not None:
        return known[1]
    if len(_KNOWN) >= _MOST_KNOWN:
        _KNOWN.clear()
    text = _written(Candidate)(value)
    _KNOWN[id(value)] = value, text
    return text


@cache
def _written(kind: type) -> Callable[[Any], str]:
    """What writes a dataclass: every field, but for those that are as they are by default."""
    scope: dict[str, Any] = {"quoted": quoted, "text": _text, "isfinite": isfinite}
    hints = get_type_hints(kind)
    body = ["def write(value):", " out = ''"]
    for field in fields(kind):
        if kind is Record and field.name == "metadata":
            continue
        name, default = field.name, default_of(field)
        scope[f"default_{name}"] = default
        body.append(f" item = value.{name}")
        body.append(f" if item is not default_{name}{_differs(name, default)}:")
        body.append(f"""  out += f',"{name}":{{{_quickly(hints[name])}}}'""")
    body.append(" return '{' + out[1:] + '}'")
    exec("\n".join(body), scope)  # noqa: S102 - as dataclasses make theirs: of nothing but the fields' names
    made: Callable[[Any], str] = scope["write"]
    return made


def _quickly(hint: Any) -> str:
    """What writes a field's value, most often without a look for what else it may be."""
    kinds = {hint, *get_args(hint)} - {type(None)}
    if float in kinds:
        return "repr(item) if type(item) is float and isfinite(item) else text(item)"
    if int in kinds:
        return "repr(item) if type(item) is int else text(item)"
    return "quoted(item) if type(item) is str else text(item)"


def _differs(name: str, default: object) -> str:
    """How a field is told from its default, where it is not the very same."""
    if default is None or default is MISSING:
        return ""
    if isinstance(default, tuple | frozenset | Mapping) and not default:
        return " and item"
    if is_dataclass(default) and _text(default) == "{}":
        # To compare two of them costs more than to write one, and one that is as by default is written so.
        return " and text(item) != '{}'"
    return f" and item != default_{name}"


_SIMPLE: Final[dict[type, Callable[[Any], str]]] = {
    str: quoted,
    int: repr,
    float: _number,
    bool: _truth,
    type(None): _null,
    Candidate: _candidate,
}
