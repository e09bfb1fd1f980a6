"""A field's value out of the words that a file has for it."""

import ast
import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from interlock.types.jurisdictions import UnknownRegionError, is_cloud_region, place_of
from interlock_governance.use_cases.use_case import CHOICES, DATES, FLAGS, LISTS, NUMBERS

_UNKNOWN: Final = frozenset(
    {
        *("unknown", "not known", "n/a", "na", "not applicable", "not available", "not provided"),
        *("not reported", "blank/not provided", "blank", "tbd", "tba", "to be determined", "null", "?", "-"),
        *("–", "not specified", "unspecified", "not yet known", "data not reported by submitter"),
    }
)
_YES: Final = frozenset({"yes", "y", "true", "1", "x", "ja", "oui", "si", "sí"})
_NO: Final = frozenset({"no", "n", "false", "0", "nein", "non"})
_NONE: Final = frozenset({"none", "no", "[]", "none of the above"})
_GROUPED: Final = re.compile(r"[0-9]{1,3}([,_ '\u00a0\u2009\u202f])[0-9]{3}(\1[0-9]{3})*")
_WHOLE: Final = re.compile(r"([0-9]{1,15})(\.0+)?")
_SHORT: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?) ?([kKmM])")
_THOUSANDS: Final = {"k": 1_000, "m": 1_000_000}
_CALIFORNIA: Final = frozenset({"us-ca", "california", "ca-us"})
_PLACES: Final = frozenset({"residency", "subjects_jurisdictions"})
_LONGEST_LIST: Final = 10_000  # characters of a list written as Python or JSON has it


class Unreadable(ValueError):
    """Words that are no value of their field; says what would be."""


def is_unknown(text: str) -> bool:
    """Whether the words say no more than that nothing is known."""
    return " ".join(text.split()).strip(" .").casefold() in _UNKNOWN or not text.strip()


def truth(text: str) -> bool | None:
    """Yes or no in any of the common spellings; what follows a dash or a comma explains it. Else None."""
    first = re.split(r"[\s,;:–—-]|\.(?!\d)", text.strip().casefold(), maxsplit=1)[0]
    if first in _YES:
        return True
    return False if first in _NO else None


def value_of(field: str, written: str | list[str]) -> Any:
    """The field's value; None where the words say that it is unknown. Raises Unreadable."""
    if isinstance(written, list):
        if field not in LISTS:
            raise Unreadable("one value is expected, not a list")
        return known(_checked_list(field, tuple(each.strip() for each in written if each.strip())))
    if is_unknown(written):
        return None
    value = _READ.get(field, str.strip)(written)
    return known(value) if isinstance(value, tuple) else value


def known(parts: tuple[str, ...]) -> tuple[str, ...] | None:
    """None for a list that says of nothing what it is."""
    return None if parts and all(map(is_unknown, parts)) else parts


def listed(text: str) -> tuple[str, ...]:
    """The parts of a list: as JSON or Python writes one, else parted by semicolons or lines. `none` is the
    empty one.
    """
    text = text.strip()
    if text.casefold() in _NONE:
        return ()
    if text.startswith("[") and text.endswith("]"):
        found = _literal(text)
        if found is not None:
            return tuple(" ".join(str(each).split()) for each in found if str(each).strip())
    return tuple(" ".join(part.split()) for part in re.split(r"[;\n]", text) if part.strip())


def _literal(text: str) -> list[Any] | None:
    if len(text) > _LONGEST_LIST:
        return None
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
        if isinstance(found, list) and all(isinstance(each, str | int | float) for each in found):
            return found
    return None


def _list(field: str) -> Callable[[str], tuple[str, ...]]:
    places = field in _PLACES
    # `no` is Norway.
    return lambda text: _checked_list(
        field, (text,) if places and text.strip().casefold() == "no" else listed(text)
    )


def _checked_list(field: str, parts: tuple[str, ...]) -> tuple[str, ...]:
    if field in _PLACES:
        found = [place for part in parts for place in re.split(r"[,+]", part) if place.strip()]
        return tuple(dict.fromkeys(_place(field, each) for each in found))
    if field == "sensitivity":
        return tuple(
            dict.fromkeys(each.strip().lower() for part in parts for each in part.split(",") if each.strip())
        )
    return parts


def _place(field: str, name: str) -> str:
    if field == "subjects_jurisdictions" and name.strip().casefold() in _CALIFORNIA:
        return "us-ca"
    try:
        place = place_of(name)
    except UnknownRegionError as unknown:
        meant = f" Did you mean {unknown.suggestion!r}?" if unknown.suggestion else ""
        raise Unreadable(f"{unknown}{meant}") from None
    if is_cloud_region(name) or place in ("global", "local"):
        raise Unreadable(f"{name.strip()!r} is no jurisdiction; write eu, uk, us-ca or a country")
    return place


def _choice(field: str) -> Callable[[str], str]:
    valid = CHOICES[field]

    def read(text: str) -> str:
        name = "_".join(text.strip().casefold().replace("-", " ").split())
        if name not in valid:
            raise Unreadable(f"expected one of {', '.join(valid)}")
        return name

    return read


def _number(text: str) -> int:
    text = text.strip()
    if _GROUPED.fullmatch(text):
        text = re.sub(r"[^0-9]", "", text)
    if whole := _WHOLE.fullmatch(text):
        return int(whole[1])
    if short := _SHORT.fullmatch(text):
        return round(float(short[1]) * _THOUSANDS[short[2].lower()])
    raise Unreadable("expected a whole number, such as 12000, 12,000 or 12k")


def _flag(text: str) -> bool:
    found = truth(text)
    if found is None:
        raise Unreadable("expected yes or no")
    return found


def _date(text: str) -> date:
    try:
        return date.fromisoformat(re.split(r"[T ]", text.strip(), maxsplit=1)[0])
    except ValueError:
        raise Unreadable("expected a date as 2026-11-29") from None


_READ: Final[Mapping[str, Callable[[str], Any]]] = {
    **{field: _choice(field) for field in CHOICES},
    **{field: _list(field) for field in LISTS},
    **dict.fromkeys(NUMBERS, _number),
    **dict.fromkeys(FLAGS, _flag),
    **dict.fromkeys(DATES, _date),
}
