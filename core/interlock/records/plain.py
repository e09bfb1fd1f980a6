"""Records as plain JSON values and back: for stores, exports and whoever else keeps one outside the process.

Whatever leaves the process goes through `silent`, which takes out what a vendor said. What equals its default
is left out, so that a record stays small, and what this version does not know is passed over, so that it can
read what a later one wrote.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from functools import cache
from math import isfinite
from operator import attrgetter, is_
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from interlock.types.identifiers import identifier
from interlock.types.records import AttemptRecord, Record

FORMAT = 1
"""Goes up when an older reader would misunderstand, not when a field is added."""


class Unreadable(ValueError):
    """A value that is no record. The message names the field, and no value."""


def record_to_plain(record: Record) -> dict[str, Any]:
    """A mapping of text, numbers, booleans, lists and mappings alone."""
    plain = {"format": FORMAT, **_to_plain(silent(record))}
    if record.metadata:
        # Callers put numbers there, too.
        plain["metadata"] = {str(name): str(value) for name, value in record.metadata.items()}
    return plain


def silent(record: Record) -> Record:
    """The record without vendors' words, which may quote the prompt."""
    kept = tuple(map(unquoted, record.attempts))
    return record if all(map(is_, kept, record.attempts)) else replace(record, attempts=kept)


def unquoted(attempt: AttemptRecord) -> AttemptRecord:
    """The attempt without its vendor's words, which may quote the prompt."""
    if attempt.served_model is not None and identifier(attempt.served_model) is None:
        attempt = replace(attempt, served_model=None)
    error = attempt.error
    if error is None:
        return attempt
    code, request_id = identifier(error.code), identifier(error.request_id)
    if not error.quoted and code == error.code and request_id == error.request_id:
        return attempt
    message = error.message
    # The message repeats a code, so one that is no code takes the message with it.
    if error.quoted or code != error.code:
        status = "an error" if error.status is None else str(error.status)
        message = f"{status} from the vendor" + (f" (code {code})" if code else "")
    told = replace(error, message=message, code=code, request_id=request_id, quoted=False)
    return replace(attempt, error=told)


def record_from_plain(data: Mapping[str, Any]) -> Record:
    """The record again, equal to the one that was written.

    Raises:
        Unreadable: a field is missing or of another kind, or a later version changed the form.
    """
    if not isinstance(data, Mapping):
        raise Unreadable(f"expected a mapping, not {type(data).__name__}")
    form = data.get("format", FORMAT)
    if not isinstance(form, int) or form > FORMAT:
        raise Unreadable("written by a later version of interlock, in a form that this one does not know")
    record: Record = _reader(Record)(data, "record")
    return record


def _to_plain(value: Any) -> Any:
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind is float:
        # JSON has no words for these.
        return value if isfinite(value) else str(value)
    if plan := _plan(kind):  # type: ignore[arg-type]  # classes are hashable
        values, known = plan
        return {
            name: item if type(item) in _AS_THEY_ARE else _to_plain(item)
            for (name, default), item in zip(known, values(value), strict=True)
            if item is not default and item != default
        }
    if isinstance(value, Mapping):
        return {name: _to_plain(item) for name, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    return [_to_plain(item) for item in value] if isinstance(value, tuple) else str(value)


@cache
def _plan(kind: type) -> tuple[Callable[[Any], tuple[Any, ...]], tuple[tuple[str, Any], ...]] | None:
    """Of a dataclass: what gives its values, and each field with its default, or MISSING without one."""
    if not is_dataclass(kind):
        return None
    known = tuple((field.name, default_of(field)) for field in fields(kind))
    return attrgetter(*(name for name, _ in known)), known


def default_of(field: Any) -> Any:
    """The default of a dataclass's field; MISSING where it has none."""
    if field.default is not MISSING:
        return field.default
    return MISSING if field.default_factory is MISSING else field.default_factory()


_Read = Callable[[Any, str], Any]
_AS_THEY_ARE = frozenset({str, int, bool, type(None)})
_BOUNDLESS = ("inf", "-inf", "nan")


@cache
def _reader(kind: Any) -> _Read:
    """What reads a value of an annotated type; the second argument says where it stands."""
    origin, inner = get_origin(kind), get_args(kind)
    if is_dataclass(kind) and isinstance(kind, type):
        return _dataclass_reader(kind)
    if origin in (Union, UnionType):
        (other,) = (each for each in inner if each is not type(None))
        read = _reader(other)
        return lambda value, at: None if value is None else read(value, at)
    if origin is Literal:
        # A later version may know more words than this one.
        return _reader(str)
    if origin is tuple or origin is frozenset:
        read = _reader(inner[0])
        return lambda value, at: origin(_items(value, at, read))
    if origin is not None and issubclass(origin, Mapping):
        read = _reader(inner[1])
        return lambda value, at: {
            name: read(item, f"{at}.{name}") for name, item in _checked(value, at, Mapping).items()
        }
    if kind is float:
        return _number
    return lambda value, at: _checked(value, at, kind)


def _number(value: Any, at: str) -> float:
    return float(value if value in _BOUNDLESS else _checked(value, at, int | float))


def _dataclass_reader(kind: type) -> _Read:
    hints = get_type_hints(kind)
    readers = {field.name: _reader(hints[field.name]) for field in fields(kind)}
    required = [field.name for field in fields(kind) if default_of(field) is MISSING]

    def read(value: Any, at: str) -> Any:
        given = _checked(value, at, Mapping)
        for name in required:
            if name not in given:
                raise Unreadable(f"{at}.{name} is missing")
        known = {
            name: reader(given[name], f"{at}.{name}") for name, reader in readers.items() if name in given
        }
        return kind(**known)

    return read


def _items(value: Any, at: str, read: _Read) -> Iterable[Any]:
    for index, item in enumerate(_checked(value, at, list | tuple)):
        yield read(item, f"{at}.{index}")


def _checked(value: Any, at: str, kind: Any) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise Unreadable(f"{at} is {type(value).__name__}")
    return value
