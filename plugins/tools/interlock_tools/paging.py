"""Ways from one page of a list to the next.

A position is text that a model is told, and may send back: it is a cursor, a number, or single parameters of
an address, and never leads to another place of the service than the call that it belongs to.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

from interlock.http import HttpReply
from interlock_tools.answers import value_at
from interlock_tools.calls import Call

_LINK = re.compile(r'<([^<>]{1,8000})>\s*;[^<>,]{0,200}?\brel="?([\w\- ]{1,40})"?')


class Paging(Protocol):
    """How one service goes on."""

    def after(self, call: Call, reply: HttpReply, told: Any) -> str | None:
        """The position of the page that follows; None after the last."""
        ...

    def at(self, call: Call, position: str) -> Call:
        """The call for the page at a position."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor(Paging):
    """A cursor that stands in the answer's JSON at `path`, and goes into the query as `parameter`."""

    path: str
    parameter: str

    def after(self, call: Call, reply: HttpReply, told: Any) -> str | None:  # noqa: ARG002 - as Paging has it
        found = value_at(told, self.path)
        return (
            str(found)
            if isinstance(found, str | int) and not isinstance(found, bool) and found != ""
            else None
        )

    def at(self, call: Call, position: str) -> Call:
        return replace(call, query={**call.query, self.parameter: position})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parameters(Paging):
    parameters: tuple[str, ...]

    def at(self, call: Call, position: str) -> Call:
        asked = dict(parse_qsl(position, keep_blank_values=True))
        known = {name: value for name, value in asked.items() if name in self.parameters}
        return replace(call, query={**call.query, **known})

    def _position(self, url: Any) -> str | None:
        if not isinstance(url, str) or not url:
            return None
        try:
            asked = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        except ValueError:
            return None
        return urlencode({name: asked[name] for name in self.parameters if name in asked}) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class NextUrl(_Parameters):
    """The address of the next page stands in the answer's JSON, at the first of `paths` that has one.

    Of it only `parameters` are believed: all else is as in the call before.
    """

    paths: tuple[str, ...]

    def after(self, call: Call, reply: HttpReply, told: Any) -> str | None:  # noqa: ARG002 - as Paging has it
        found = (value_at(told, path) for path in self.paths)
        return self._position(next((each for each in found if each), None))


@dataclass(frozen=True, slots=True, kw_only=True)
class NextLink(_Parameters):
    """The address of the next page stands in the header Link (RFC 8288), as `rel="next"`; see NextUrl."""

    def after(self, call: Call, reply: HttpReply, told: Any) -> str | None:  # noqa: ARG002 - as Paging has it
        for url, relation in _LINK.findall(reply.headers.get("link", "")[:20_000]):
            if "next" in relation.split():
                return self._position(url)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offset(Paging):
    """The number of items before the page goes into the query as `parameter`.

    Attributes:
        items: where the items of a page stand.
        total: where the number of all stands; without it, an empty page is the last.
    """

    parameter: str
    items: str
    total: str = ""

    def after(self, call: Call, reply: HttpReply, told: Any) -> str | None:  # noqa: ARG002 - as Paging has it
        found = value_at(told, self.items)
        if not isinstance(found, list) or not found:
            return None
        before = call.query.get(self.parameter)
        reached = (int(before) if isinstance(before, int | str) and str(before).isdecimal() else 0) + len(
            found
        )
        total = value_at(told, self.total) if self.total else None
        return None if isinstance(total, int) and reached >= total else str(reached)

    def at(self, call: Call, position: str) -> Call:
        return replace(call, query={**call.query, self.parameter: position if position.isdecimal() else "0"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """A list that has pages, and how far they are followed.

    Attributes:
        way: how the next one is found.
        argument: the tool's own argument with which a model goes on; it is added to the tool's schema.
        most: how many pages one run asks for.
        items: after how many items no further page is asked for.
        characters: after how many characters of JSON none is; a page that has more is told in parts, and
            each says where the next begins.
    """

    way: Paging
    argument: str = "cursor"
    most: int = 5
    items: int = 200
    characters: int = 40_000

    @property
    def schema(self) -> Mapping[str, Any]:
        """Of the argument."""
        return {"type": "string", "maxLength": 4_000, "description": "where an earlier answer said to go on"}
