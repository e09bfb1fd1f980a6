"""JSON and server-sent events as bytes, in a form that every client reads."""

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any

# To some clients these end a line, which the standard of events has end at CR and LF alone.
_BREAKS = (("\x85", "\\u0085"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029"))

ALIVE = b": waiting\n\n"
"""A comment, which clients pass over."""


def json_bytes(payload: Any, *, whole: bool = False) -> bytes:
    """Compact JSON in UTF-8; a number that is none becomes null. Half of a surrogate pair stays what it is,
    for the other half may follow in the next event. In what is `whole`, two halves become one character, and
    half of one, which many readers refuse, the sign for what is none.
    """
    try:
        text = _WIDE.encode(payload)
    except ValueError:
        text = _WIDE.encode(_finite(payload))
    if text.isascii():
        return text.encode("ascii")
    for sign, escaped in _BREAKS:
        text = text.replace(sign, escaped)
    try:
        return text.encode()
    except UnicodeEncodeError:
        if whole:
            return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()
        return _NARROW.encode(_finite(payload)).encode("ascii")


def event(payload: Mapping[str, Any], name: str | None = None) -> bytes:
    """One event, with its name where the dialect has such."""
    data = json_bytes(payload)
    return b"data: %b\n\n" % data if name is None else b"event: %b\ndata: %b\n\n" % (name.encode(), data)


def _plain(value: object) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not isfinite(value) else value


# What is written here was put together from values that were read, and holds no circle.
_WIDE = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain, check_circular=False
)
_NARROW = json.JSONEncoder(allow_nan=False, separators=(",", ":"), default=_plain)
