"""How values of parameters are written, by OpenAPI's styles."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote, unquote

from interlock_openapi.parameters import Parameter, dumped

_DELIMITERS: Final[Mapping[str, str]] = {
    "spaceDelimited": "%20",
    "pipeDelimited": "%7C",
    "tabDelimited": "%09",
}
_RESERVED: Final = ":/?@!$&'()*+,;="
COOKIE: Final = "!#$&'()*+-./:<=>?@[]^_`{|}~"
"""What a cookie's value may hold as it is."""
_DOTS: Final = frozenset((".", ".."))
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
Pairs = Iterator[tuple[str, str]]


class Unwritable(ValueError):
    """A value that cannot be sent where its parameter stands. Its words are for the model."""


def scalar(value: Any) -> str:
    """One value as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return dumped(value)


def in_path(parameter: Parameter, value: Any) -> str:
    """What stands in the path in place of the braces."""
    written = _in_path(parameter, value)
    if not written or any(step in _DOTS for step in re.split(r"[/\\]", unquote(written))):
        given = "empty" if not written else repr(unquote(written)[:80])
        raise Unwritable(f"{parameter.argument} must not be {given}: it is a part of the address")
    return written


def _in_path(parameter: Parameter, value: Any) -> str:
    style = parameter.style
    kept = _RESERVED if parameter.reserved else ""
    if parameter.json:
        return _quoted(dumped(value), kept)
    own = quote(parameter.name, safe="", errors="replace")
    separator, start = {"label": (".", "."), "matrix": (";", ";")}.get(style, (",", ""))
    if isinstance(value, Mapping):
        pairs = [(_quoted(key, kept), _quoted(scalar(each), kept)) for key, each in value.items()]
        if parameter.explode:
            return start + separator.join(f"{key}={each}" for key, each in pairs)
        flat = ",".join(f"{key},{each}" for key, each in pairs)
        return f";{own}={flat}" if style == "matrix" else start + flat
    if isinstance(value, list | tuple):
        items = [_quoted(scalar(each), kept) for each in value]
        if style == "matrix" and parameter.explode:
            return "".join(f";{own}={each}" for each in items)
        whole = (separator if parameter.explode else ",").join(items)
        return f";{own}={whole}" if style == "matrix" else start + whole
    written = _quoted(scalar(value), kept)
    return f";{own}={written}" if style == "matrix" else start + written


def in_query(parameter: Parameter, value: Any) -> Pairs:
    """Names and values, each ready to stand in the query."""
    kept = _RESERVED.replace("&", "").replace("+", "").replace("=", "") if parameter.reserved else ""
    name = quote(parameter.name, safe="")
    if parameter.json:
        yield name, quote(dumped(value), safe="")
    elif isinstance(value, Mapping):
        yield from _object(parameter, name, value, kept)
    elif isinstance(value, list | tuple):
        items = [_quoted(scalar(each), kept) for each in value]
        if parameter.explode and parameter.style not in _DELIMITERS:
            yield from ((name, each) for each in items)
        elif items:
            yield name, _DELIMITERS.get(parameter.style, ",").join(items)
    else:
        yield name, _quoted(scalar(value), kept)


def in_header(parameter: Parameter, value: Any) -> str:
    """A header's value, or a cookie's."""
    cookie = parameter.place == "cookie"
    if parameter.json:
        parts = [dumped(value)]
    elif isinstance(value, Mapping):
        pairs = [(str(key), scalar(each)) for key, each in value.items()]
        flat = [part for pair in pairs for part in pair]
        parts = flat if cookie or not parameter.explode else [f"{key}={each}" for key, each in pairs]
    else:
        parts = [scalar(each) for each in value] if isinstance(value, list | tuple) else [scalar(value)]
    if cookie:
        return ",".join(quote(each, safe=COOKIE, errors="replace") for each in parts)
    written = ",".join(parts)
    if _CONTROL.search(written) or not _latin(written):
        raise Unwritable(f"{parameter.argument}: a header holds letters of one line alone")
    return written


def _object(parameter: Parameter, name: str, value: Mapping[str, Any], kept: str) -> Pairs:
    if parameter.style == "deepObject":
        yield from nested(name, value, kept)
    elif parameter.explode:
        for key, each in value.items():
            if isinstance(each, list | tuple):
                yield from ((quote(key, safe=""), _quoted(scalar(one), kept)) for one in each)
            else:
                yield quote(key, safe=""), _quoted(scalar(each), kept)
    elif value:
        flat = (part for key, each in value.items() for part in (key, scalar(each)))
        yield name, _DELIMITERS.get(parameter.style, ",").join(_quoted(part, kept) for part in flat)


def nested(name: str, value: Any, kept: str = "") -> Pairs:
    """`name[key]=value`, as deep as it goes; the items of a list each under the same name."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from nested(f"{name}[{quote(str(key), safe='')}]", each, kept)
    elif isinstance(value, list | tuple):
        for at, each in enumerate(value):
            inside = f"{name}[{at}]" if isinstance(each, Mapping | list | tuple) else f"{name}[]"
            yield from nested(inside, each, kept)
    else:
        yield name, _quoted(scalar(value), kept)


def _quoted(value: str, kept: str) -> str:
    return quote(value, safe=kept, errors="replace")


def _latin(value: str) -> bool:
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True
