"""The limits that vendors announce in the headers of every reply.

Sources: the `x-ratelimit-remaining-*` of OpenAI, Groq, Cerebras, Mistral, Fireworks and Azure, whose resets
are durations, seconds or Unix times; Anthropic's `anthropic-ratelimit-*`, whose resets are dates; the IETF
draft "RateLimit header fields for HTTP", in its present form (`RateLimit: "name";r=…;t=…`) and earlier ones.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, NamedTuple

from interlock.http.status import seconds_until
from interlock.types.wire import Announced

Kind = Literal["requests", "tokens", "output tokens"]

_MOST = 16
_LONGEST_VALUE = 2_000
_LONGEST_RESET = 100
_KNOWN_REPLIES = 64
_NAME = re.compile(
    r"(?:x-)?ratelimit-remaining(?P<last>-[a-z-]+)?|anthropic-ratelimit(?P<middle>-[a-z-]+)-remaining"
)
# Azure says -1 for a limit that it does not know.
_LEFT = re.compile(r"[0-9]{1,15}")
_GENERATED = ("output", "generated", "completion")
# The window in a name, for vendors that name no reset.
_WINDOWS = {"second": "1", "minute": "60", "hour": "3600", "day": "86400"}
_ITEMS = re.compile(r'(?:[^,"]|"[^"]*")+')
_PARAMETERS = re.compile(r'(?:[^;"]|"[^"]*")+')


class _Pair(NamedTuple):
    """The header for what is left of a limit, and the one for its reset, or the reset itself."""

    kind: Kind
    remaining: str
    reset: str
    window: str


# A vendor's replies have the same names every time: which of them matter is worked out once.
_pairs: dict[tuple[str, ...], tuple[_Pair, ...]] = {}


def announced(headers: Mapping[str, str]) -> tuple[Announced, ...]:
    """What is left of each limit until when; empty when the headers do not say both.

    `headers` have lower-case names. At most 16 limits, none with less than nothing left.
    """
    # Most servers announce nothing, and one search finds that out.
    if "ratelimit" not in "\n".join(headers):
        return ()
    names = tuple(headers)
    pairs = _pairs.get(names)
    if pairs is None:
        if len(_pairs) >= _KNOWN_REPLIES:
            _pairs.clear()
        pairs = _pairs[names] = tuple(_paired(names))
    found = []
    for kind, remaining, reset, window in pairs:
        left = headers[remaining].strip()
        if _LEFT.fullmatch(left):
            found.append(Announced(kind=kind, left=int(left), reset=window or headers[reset]))
    if "ratelimit" in headers:
        found += _standard(headers["ratelimit"], headers.get("ratelimit-policy", ""))
    return tuple(found[:_MOST])


def seconds_to(reset: str, age: float, clock: Callable[[], float] = time.time) -> float | None:
    """Seconds, from 0 to one day, from a reply that came `age` seconds ago to the reset that it named.

    `clock` gives Unix time, against which dates are read. None when the reset cannot be read.
    """
    return seconds_until(reset.strip()[:_LONGEST_RESET], lambda: clock() - age)


def _paired(names: tuple[str, ...]) -> Iterable[_Pair]:
    for name in names:
        match = _NAME.fullmatch(name)
        if match is None:
            continue
        what = match["last"] or match["middle"] or ""
        kind, reset = _kind(what), name.replace("remaining", "reset")
        window = "" if reset in names else _window(what)
        if kind is not None and window is not None:
            yield _Pair(kind, name, reset, window)


def _standard(value: str, policies: str) -> Iterable[Announced]:
    """The standard's: a list of named limits, or one limit's values (in drafts up to the seventh)."""
    units = {name: parameters.get("qu", "requests") for name, parameters in _parsed(policies)}
    items = _parsed(value)
    flat = dict(_parameter(name) for name, parameters in items if not parameters)
    limits = [(units.get(name, "requests"), each.get("r", ""), each.get("t", "")) for name, each in items]
    limits.append(("requests", flat.get("remaining", ""), flat.get("reset", "")))
    for unit, left, reset in limits:
        kind = _kind(f"-{unit}")
        if kind is not None and _LEFT.fullmatch(left) and _LEFT.fullmatch(reset):
            yield Announced(kind=kind, left=int(left), reset=reset)


def _parsed(value: str) -> list[tuple[str, dict[str, str]]]:
    """The items of a list, each with its parameters; quotes are taken off."""
    items = []
    for item in _ITEMS.findall(value[:_LONGEST_VALUE])[:_MOST]:
        name, *rest = _PARAMETERS.findall(item) or [""]
        items.append((name.strip().strip('"'), dict(_parameter(part) for part in rest)))
    return items


def _parameter(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip().lower(), value.strip().strip('"')


def _window(what: str) -> str | None:
    return next((seconds for window, seconds in _WINDOWS.items() if what.endswith(window)), None)


def _kind(what: str) -> Kind | None:
    """What a limit counts, by the words in its name; None for what no attempt can be measured by."""
    if "concurrent" in what:
        return None
    if "token" in what:
        return "output tokens" if any(word in what for word in _GENERATED) else "tokens"
    return "requests" if not what or "-req" in what else None
