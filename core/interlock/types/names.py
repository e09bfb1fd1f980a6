"""Did you mean …?"""

from collections.abc import Iterable

_SHORT = 4  # letters: a code of two that shares one with another is another code


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """The valid name that `name` was probably meant to be, or None."""
    candidates = list(valid)
    for candidate in candidates:
        if candidate.lower() == name.lower():
            return candidate
    for candidate in candidates:
        if candidate.rpartition("/")[2].lower() == name.lower():
            return candidate
    from difflib import get_close_matches  # noqa: PLC0415 - only who mistypes a name needs it

    close = get_close_matches(name, candidates, n=1, cutoff=0.6 if len(name) > _SHORT else 0.75)
    return close[0] if close else None
