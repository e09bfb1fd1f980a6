"""How long to wait, where a vendor says so in words alone."""

import re

_LONGEST = 4_096
_TERM = r"\d{1,7}(?:\.\d{1,9})? ?(?:milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|h|days?|d)"
_SAID = re.compile(
    r"\b(?:try again|retry|wait|available again)(?: (?:your|the|this) request)?(?: again)?"
    rf"(?: (?:in|after|for|at least))?:? (?:about |approximately )?((?:{_TERM}[ ,]{{0,2}}){{1,4}})(?![a-z])",
    re.IGNORECASE,
)
_PARTS = re.compile(r"(\d{1,7}(?:\.\d{1,9})?) ?(mil|ms|s|m|h|d)", re.IGNORECASE)
_SECONDS = {"mil": 1e-3, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


def wait_in_words(text: str | None) -> float | None:
    """Seconds: 6.2 of `Please try again in 6.2s`, 432 of `… in 7m12s`; None when the text says none."""
    found = _SAID.search(text[:_LONGEST]) if text else None
    if found is None:
        return None
    return sum(float(number) * _SECONDS[unit.lower()] for number, unit in _PARTS.findall(found[1]))
