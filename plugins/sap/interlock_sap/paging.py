"""Pages of OData: by the address of the next, or, of a service that gives none, by what was left out."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from interlock.http import HttpReply
from interlock_tools import Call, Pages, Paging, value_at

PAGE = 50  # items; some services give all that there is where nobody says how many
_PARAMETERS = ("$skiptoken", "$skip", "$top")


@dataclass(frozen=True, slots=True)
class ODataPages(Paging):
    """Of the address that a service gives, only where it goes on is believed."""

    def after(self, call: Call, reply: HttpReply, told: Any) -> str | None:  # noqa: ARG002 - as Paging has it
        url = value_at(told, "next")
        if isinstance(url, str) and url:
            return _asked(url)
        items, top = value_at(told, "items"), _number(call.query.get("$top"))
        if not isinstance(items, list) or not top or len(items) < top or "$skiptoken" in call.query:
            return None
        return urlencode({"$skip": _number(call.query.get("$skip")) + len(items)})

    def at(self, call: Call, position: str) -> Call:
        known = {name: value for name, value in parse_qsl(position) if name in _PARAMETERS}
        return replace(call, query={**call.query, **known})


PAGES = Pages(way=ODataPages())


def _asked(url: str) -> str | None:
    try:
        asked = dict(parse_qsl(urlsplit(url).query))
    except ValueError:
        return None
    return urlencode({name: asked[name] for name in _PARAMETERS if name in asked}) or None


def _number(value: Any) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0  # noqa: PLR2004 - digits
