"""Bodies: read to their end within limits, and read as JSON that means one thing."""

import asyncio
import re
from collections.abc import Awaitable
from math import isfinite
from typing import Any

from starlette.types import Message

from interlock import RequestError
from interlock.types.json_reader import SMALL, load_json
from interlock_server.endpoint.bursts import timely
from interlock_server.endpoint.exchange import ClientLeft, Exchange
from interlock_server.problems import Problem, Rejected

_SILENCE = 30.0
_LONGEST = 300.0
_DEEPEST = 100
_JSON = b"application/json"
# By a pattern: where nearly all escapes are others, as in the lines of a log, nothing else finds it as fast.
_may_be_half = re.compile(rb"\\u[dD]").search


async def body_of(exchange: Exchange) -> tuple[dict[str, Any], bytes]:
    """The JSON object that a request brings along, read and as it came.

    Raises:
        Rejected: it is too long (413), comes too slowly (408), or is no JSON as it was sent (415).
        RequestError: it is no JSON object, or one that two readers would read differently.
        ClientLeft: the client left before its end.
    """
    _check_type(exchange)
    data = await _whole(exchange)
    if len(data) > SMALL:
        # Reading it takes long enough for others to notice.
        return await asyncio.to_thread(parsed, data), data
    return parsed(data), data


def _check_type(exchange: Exchange) -> None:
    kind = exchange.headers.get(b"content-type", b"")
    if kind != _JSON and kind.partition(b";")[0].strip().lower() != _JSON:
        # Pages of others can have a browser send any other kind without asking first.
        raise _rejected(415, "unsupported_media_type", "send the body as content-type: application/json")
    coding = exchange.headers.get(b"content-encoding")
    if coding is not None and coding.strip().lower() != b"identity":
        raise _rejected(415, "unsupported_media_type", "send the body without a content-encoding")


async def _whole(exchange: Exchange) -> bytes:
    limit = exchange.served.settings.largest_body
    said = exchange.headers.get(b"content-length", b"")
    # The server before us has refused whatever is no number.
    if said.isdigit() and int(said[:20]) > limit:
        raise _too_long(limit)
    first = await _piece(exchange)
    if not first.get("more_body", False):
        _check_length(whole := first.get("body", b""), limit)
        return bytes(whole)
    pieces = bytearray(first.get("body", b""))
    try:
        async with asyncio.timeout(_LONGEST):
            while True:
                piece = await _piece(exchange)
                pieces += piece.get("body", b"")
                _check_length(pieces, limit)
                if not piece.get("more_body", False):
                    return bytes(pieces)
    except TimeoutError:
        raise _slow() from None


async def _piece(exchange: Exchange) -> Message:
    message = await timely(exchange.receive(), _within_silence)
    if message["type"] == "http.disconnect":
        raise ClientLeft
    return message


async def _within_silence(rest: Awaitable[Message]) -> Message:
    try:
        async with asyncio.timeout(_SILENCE):
            return await rest
    except TimeoutError:
        raise _slow() from None


def _check_length(data: bytes | bytearray, limit: int) -> None:
    if len(data) > limit:
        raise _too_long(limit)


def parsed(data: bytes) -> dict[str, Any]:
    """The object that a body stands for. Raises RequestError."""
    try:
        value = load_json(data.decode(), pairs=_once, constant=_refuse, real=_finite)
        # Whatever looks at it later goes down as deep as it goes.
        if data.count(b"{") + data.count(b"[") > _DEEPEST:
            _check_depth(value)
        if _may_be_half(data):
            _check_text(value)
    except UnicodeDecodeError:
        raise RequestError("the body is not in UTF-8") from None
    except RecursionError:
        raise RequestError(f"the body is nested more than {_DEEPEST} levels deep") from None
    except _Ambiguous:
        raise RequestError("a name comes twice in an object of the body, or a number is too large") from None
    except ValueError:
        # What the reader says of it may quote it.
        raise RequestError("the body is no JSON") from None
    if not isinstance(value, dict):
        raise RequestError("the body is no JSON object")
    return value


def _check_depth(value: Any) -> None:
    level: list[Any] = [[value]]
    for _ in range(_DEEPEST + 1):
        level = [
            inner
            for each in level
            for inner in (each.values() if type(each) is dict else each)
            if type(inner) is dict or type(inner) is list
        ]
        if not level:
            return
    raise RecursionError


def _check_text(value: Any) -> None:
    """Half a surrogate pair is no character, and no vendor can be sent it."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            part.encode()
        elif isinstance(part, dict):
            waiting.extend(part.keys())
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


class _Ambiguous(ValueError):
    """What two readers would read differently."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Ambiguous
    return found


def _finite(number: str) -> float:
    value = float(number)
    if not isfinite(value):
        raise _Ambiguous
    return value


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _rejected(status: int, code: str, message: str) -> Rejected:
    return Rejected(Problem(status=status, code=code, message=message))


def _too_long(limit: int) -> Rejected:
    return _rejected(
        413, "request_too_large", f"the body holds more than {limit} bytes (server.largest_body)"
    )


def _slow() -> Rejected:
    return _rejected(408, "request_timeout", "the body did not arrive in time")
