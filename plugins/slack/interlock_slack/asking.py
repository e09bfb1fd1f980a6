"""Calls of the Web API: what changes something as JSON, what reads as a form, as every method takes them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from interlock.http import HttpReply
from interlock_tools import Call, value_at

_JSON = {"content-type": "application/json; charset=utf-8"}
_FORM = {"content-type": "application/x-www-form-urlencoded"}


def does(method: str, **arguments: Any) -> Call:
    """A call that changes something. An argument that is None is left out."""
    body = {name: value for name, value in arguments.items() if value is not None}
    return Call(method="POST", path=f"/{method}", body=body, headers=_JSON)


def reads(method: str, **arguments: Any) -> Call:
    """A call that reads, and may be sent again when its connection breaks."""
    asked = {name: _written(value) for name, value in arguments.items() if value is not None}
    return Call(method="POST", path=f"/{method}", body=urlencode(asked).encode(), headers=_FORM, once=False)


def since(call: Call, oldest: float) -> Call:
    """A call that reads, of what was written after a time, in seconds since 1970."""
    return _with(call, oldest=f"{oldest:.6f}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FormCursor:
    """Slack's way from page to page: a cursor in the answer, which goes into the next form."""

    def after(self, call: Call, reply: HttpReply, told: Any) -> str | None:  # noqa: ARG002 - as the protocol has it
        """The position of the page that follows; None after the last, and for a list without cursors."""
        found = value_at(told, "response_metadata.next_cursor")
        return found if isinstance(found, str) and found else None

    def at(self, call: Call, position: str) -> Call:
        """The call for the page at a position."""
        return _with(call, cursor=position)


def _with(call: Call, **more: str) -> Call:
    asked: Mapping[str, str] = dict(parse_qsl(call.body.decode(), keep_blank_values=True))
    return replace(call, body=urlencode({**asked, **more}).encode())


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
