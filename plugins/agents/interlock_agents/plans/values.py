"""Values of nodes: JSON and bytes, kept as text in a way that gives the same value back.

The text is JSON. Bytes are the object `{"$bytes": "<base64>"}`; of every other object, a name that begins
with `$` is written with one more. An int stays an int, and a float a float: `1.0` does not become `1`.
"""

import json
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

from interlock import RequestError
from interlock.types.strict import loads

__all__ = ["INLINE", "ValueTooLarge", "alike", "copied", "decoded", "encoded"]

INLINE: Final = 256 * 1024
"""Bytes of text that are kept where values are; what is larger is kept as a blob."""

_DEEPEST: Final = 60
_MOST_BITS: Final = 4096
_BYTES: Final = "$bytes"


class ValueTooLarge(RequestError):
    """A value that is too large for the place where it was to be kept.

    Attributes:
        size: how many bytes its text has.
        limit: how many bytes it may have.
    """

    def __init__(self, *, size: int, limit: int, key: str = "") -> None:
        super().__init__(f"{size:,} bytes are more than the {limit:,} that are kept here", key=key)
        self.size = size
        self.limit = limit


def copied(value: Any, *, key: str = "") -> Any:
    """A copy out of dicts, lists, scalars and bytes alone, which no later change reaches.

    Raises:
        RequestError: something in it is neither JSON nor bytes: a set, NaN, a name that is no text, a number
            of more than 4,096 bits, or more than 60 levels. The error names its place, never the value.
    """
    return _copied(value, key, 0)


def encoded(value: Any, *, limit: int | None = INLINE, key: str = "") -> str:
    """The value as text, in ASCII.

    Args:
        value: JSON or bytes, or both together.
        limit: how many bytes the text may have; None for any number.
        key: what an error calls the value.

    Raises:
        RequestError: as `copied` does.
        ValueTooLarge: its text is longer than the limit.
    """
    text = json.dumps(_marked(_copied(value, key, 0)), separators=(",", ":"), allow_nan=False)
    if limit is not None and len(text) > limit:
        raise ValueTooLarge(size=len(text), limit=limit, key=key)
    return text


def decoded(text: str) -> Any:
    """The value that `encoded` made the text of.

    Raises:
        RequestError: nothing that `encoded` writes; it is a ValueError, as all of its kind.
    """
    try:
        return _unmarked(loads(text))
    except (ValueError, RecursionError):
        raise RequestError("this is no value that was kept here") from None


def _copied(value: Any, at: str, depth: int) -> Any:
    if depth > _DEEPEST:
        raise RequestError(f"more than {_DEEPEST} levels are in one another", key=at)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        if value.bit_length() > _MOST_BITS:
            raise RequestError(f"a number of more than {_MOST_BITS:,} bits is not kept", key=at)
        return int(value)
    if isinstance(value, float):
        if not isfinite(value):
            raise RequestError(f"{value} is no JSON value", key=at)
        return float(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if isinstance(value, Mapping):
        return {_name(name, at): _copied(item, _below(at, name), depth + 1) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_copied(item, _below(at, index), depth + 1) for index, item in enumerate(value)]
    raise RequestError(f"{type(value).__name__} is neither JSON nor bytes", key=at)


def _marked(value: Any) -> Any:
    if isinstance(value, bytes):
        return {_BYTES: b64encode(value).decode("ascii")}
    if isinstance(value, dict):
        return {f"${name}" if name[:1] == "$" else name: _marked(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_marked(item) for item in value]
    return value


def _unmarked(value: Any) -> Any:
    if isinstance(value, list):
        return [_unmarked(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {_BYTES}:
        return _unpacked(value[_BYTES])
    if any(name[:1] == "$" and name[:2] != "$$" for name in value):
        raise ValueError("a name begins with one $")
    return {name[1:] if name[:1] == "$" else name: _unmarked(item) for name, item in value.items()}


def _unpacked(text: Any) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (NoBase64, TypeError) as error:
        raise ValueError("no base64") from error


def _name(name: object, at: str) -> str:
    if not isinstance(name, str):
        raise RequestError(f"names in JSON are text, not {type(name).__name__}", key=at)
    return str(name)


def _below(at: str, step: object) -> str:
    return f"{at}.{step}" if at else str(step)


def alike(one: Any, other: Any) -> bool:
    """Whether two values are equal with their types: `1` is neither `1.0` nor `True`. The order of names in
    an object does not matter.
    """
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(alike(one[name], other[name]) for name in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    return type(one) is type(other) and bool(one == other)
