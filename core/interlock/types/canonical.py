"""JSON values written in one way only, for digests: equal values give equal text, and no others do.

Equal is meant as JSON means it: the order of keys does not matter, and `1` is `1.0` is `1e0`, as 0 is -0.0,
while `true` is no number. Numbers are compared exactly, however large. Texts are equal when their code points
are: nothing is normalised, for to a file system or a vendor `é` and `e` with an accent are two names.
"""

import json
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from interlock.errors import RequestError

_DEEPEST = 200


def canonical(value: Any, *, key: str = "") -> str:
    """The value as ASCII, without blanks, names in the order of their code points.

    `key` is what an error calls the value.

    Raises:
        RequestError: it is no JSON (NaN and the infinities are not), nested too deeply, or holds a number of
            more digits than Python writes.
    """
    plain = _plain(value, key, 0, _one_form)
    try:
        return json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except ValueError:
        raise RequestError("a number in it has too many digits to be written", key=key) from None


def digest_of(kind: str, value: Any, *, key: str = "") -> str:
    """SHA-256 of the canonical text in hexadecimal; equal values of two kinds have different ones."""
    from hashlib import sha256  # noqa: PLC0415 - loads OpenSSL, and few programs grant anything

    return sha256(f"interlock {kind} 1\n{canonical(value, key=key)}".encode()).hexdigest()


def plainly(value: Any, *, key: str = "") -> Any:
    """A copy of dicts, lists and scalars alone, which no later change reaches.

    Raises RequestError as `canonical` does.
    """
    return _plain(value, key, 0, float)


def _plain(value: Any, at: str, depth: int, number: Callable[[float], int | float]) -> Any:
    if depth > _DEEPEST:
        raise RequestError("nested too deeply", key=at.partition(".")[0])
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        if not isfinite(value):
            raise RequestError(f"{value} is no JSON value", key=at)
        return number(value)
    if isinstance(value, Mapping):
        return {
            _name(name, at): _plain(item, _below(at, name), depth + 1, number) for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_plain(item, _below(at, index), depth + 1, number) for index, item in enumerate(value)]
    raise RequestError(f"{type(value).__name__} is no JSON value", key=at)


def _one_form(value: float) -> int | float:
    return int(value) if value.is_integer() else float(value)


def _name(name: object, at: str) -> str:
    if not isinstance(name, str):
        raise RequestError(f"names in JSON are text, not {type(name).__name__}", key=at)
    return str(name)


def _below(at: str, step: object) -> str:
    return f"{at}.{step}" if at else str(step)
