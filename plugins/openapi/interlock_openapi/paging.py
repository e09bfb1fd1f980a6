"""What asks for the next page of an answer, in whichever of the usual ways a service says so."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from interlock.http import HttpReply
from interlock_openapi.document import mapping, sequence

_CURSORS: Final = (
    ("next_cursor", ("cursor", "next_cursor", "starting_after")),
    ("nextcursor", ("cursor", "next_cursor")),
    ("cursor", ("cursor",)),
    ("next_page_token", ("page_token", "next_page_token", "pagetoken")),
    ("nextpagetoken", ("pagetoken", "page_token", "nextpagetoken")),
    ("next_token", ("next_token", "token", "nexttoken")),
    ("nexttoken", ("nexttoken", "next_token")),
    ("continuation_token", ("continuation_token", "continuationtoken")),
    ("next_page", ("page", "next_page")),
    ("next", ("until", "cursor", "next")),
    ("after", ("after",)),
)
_PLACES: Final = ("response_metadata", "meta", "paging", "pagination", "links", "_links")
_ADDRESSES: Final = ("next", "next_url", "next_page_url", "next_page_uri", "nextlink", "@odata.nextlink")
_LAST: Final = ("starting_after", "after_id", "after")
_TOTALS: Final = ("total_count", "totalcount", "total", "total_results")
_OFFSETS: Final = ("offset", "skip", "$skip", "start")
_LINK: Final = re.compile(r"<([^<>]*)>\s*;([^<]*)")
_HEADER = 8_192  # characters


def next_of(
    told: Any, reply: HttpReply, query: Mapping[str, str], arguments: Mapping[str, Any]
) -> str | None:
    """Arguments that ask for the next page, as `name=value`; None where the answer names none.

    `told` is the reply's JSON, `query` the operation's query parameters, each with the argument that sets it.
    """
    for url in (_linked(reply.headers.get("link", "")), *_addresses(told)):
        asked = {query[name]: value for name, value in _query(url) if name in query}
        changed = {name: value for name, value in asked.items() if str(arguments.get(name)) != value}
        if changed:
            return " ".join(f"{name}={value}" for name, value in changed.items())
    plain = {name.lower(): argument for name, argument in query.items()}
    for name, value in (*_cursors(told, plain), *_counted(told, plain, arguments)):
        if str(arguments.get(name)) != str(value):
            return f"{name}={value}"
    return None


def _parts(told: Any) -> Iterator[Mapping[str, Any]]:
    """The answer, and where pages are told of in it; names in lower case."""
    whole = mapping(told)
    paging = mapping(whole.get("paging"))
    for each in (whole, *(whole.get(place) for place in _PLACES), paging.get("next")):
        yield {name.lower(): value for name, value in mapping(each).items()}


def _addresses(told: Any) -> Iterator[str]:
    for part in _parts(told):
        for name in _ADDRESSES:
            value = part.get(name)
            value = mapping(value).get("href", value)
            if isinstance(value, str) and "?" in value:
                yield value


def _cursors(told: Any, plain: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for part in _parts(told):
        for name, asks in _CURSORS:
            value = part.get(name)
            argument = next((plain[ask] for ask in asks if ask in plain), None)
            if name == "next" and "/" in str(value):
                continue  # an address, which is no cursor
            if argument and isinstance(value, str | int) and value and not isinstance(value, bool):
                yield argument, value


def _counted(told: Any, plain: Mapping[str, str], arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Of services that say whether there is more, or how many there are: after the last one that is there."""
    whole = {name.lower(): value for name, value in mapping(told).items()}
    items = next((value for value in whole.values() if isinstance(value, list)), ())
    argument = next((plain[name] for name in _LAST if name in plain), None)
    if whole.get("has_more") is True and items and argument:
        last = mapping(sequence(items)[-1]).get("id")
        if isinstance(last, str | int):
            yield argument, last
    total = next((whole[name] for name in _TOTALS if isinstance(whole.get(name), int)), 0)
    argument = next((plain[name] for name in _OFFSETS if name in plain), None)
    before = arguments.get(argument, 0) if argument else 0
    if argument and items and isinstance(before, int) and before + len(items) < total:
        yield argument, before + len(items)


def _linked(header: str) -> str:
    for url, rest in _LINK.findall(header[:_HEADER]):
        if re.search(r"""\brel\s*=\s*"?next\b""", rest):
            return str(url)
    return ""


def _query(url: str) -> Sequence[tuple[str, str]]:
    try:
        return parse_qsl(urlsplit(url).query, max_num_fields=100)
    except ValueError:
        return ()
