"""Fields that keep a request in a place, set in its body above everything else that stands there. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from interlock.errors import InvalidRequest
from interlock.http.payload import json_body, json_in
from interlock.types.reserved import folded
from interlock.types.wire import HttpRequest

Pins = Mapping[str, Any]


def pinned(request: HttpRequest, pins: Pins) -> tuple[HttpRequest, list[str]]:
    """The request with the pins in its body, and which of its own fields they overruled, dotted.

    Mappings are filled in, at any depth. What is spelled almost like a pin goes, too: some vendors read it.

    Raises:
        InvalidRequest: the body is no JSON object, so that nothing can be set in it.
    """
    body = json_in(request.body)
    if not isinstance(body, dict):
        raise InvalidRequest("what keeps the request in a place cannot be set: its body is no JSON object")
    overruled: list[str] = []
    _set(body, pins, "", overruled)
    return replace(request, body=json_body(body)), overruled


def holds(body: bytes, pins: Pins) -> bool:
    """Whether a body has every pin, and nothing that is spelled almost like one."""
    return _has(json_in(body), pins)


def _set(body: dict[str, Any], pins: Pins, path: str, overruled: list[str]) -> None:
    for name, value in pins.items():
        for other in [each for each in body if each != name and folded(each) == folded(name)]:
            del body[other]
            overruled.append(f"{path}{other}")
        stands = body.get(name)
        if isinstance(value, Mapping):
            if not isinstance(stands, dict):
                if name in body:
                    overruled.append(f"{path}{name}")
                stands = body[name] = {}
            _set(stands, value, f"{path}{name}.", overruled)
            continue
        if name in body and not _same(stands, value):
            overruled.append(f"{path}{name}")
        body[name] = value


def _has(body: Any, pins: Pins) -> bool:
    if not isinstance(body, dict):
        return False
    for name, value in pins.items():
        if name not in body or any(each != name and folded(each) == folded(name) for each in body):
            return False
        if not (_has(body[name], value) if isinstance(value, Mapping) else _same(body[name], value)):
            return False
    return True


def _same(one: Any, other: Any) -> bool:
    """Equal, and of one kind: 1 is not true."""
    return type(one) is type(other) and bool(one == other)
