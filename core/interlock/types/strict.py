"""JSON that means one thing: no NaN, no Infinity, no key that comes twice.

Python reads all three; what comes of them is not what the vendor's model wrote, and no other reader would see
the same.
"""

from math import isfinite
from typing import Any, NoReturn

from interlock.types.json_reader import MOST_ARGUMENTS, load_json


class Doubled(dict[str, Any]):
    """An object one of whose keys came twice, as `marked` leaves it."""


def loads(text: str) -> Any:
    """The value. Raises ValueError, for more than MOST_ARGUMENTS values too, or RecursionError for what is
    nested too deeply.
    """
    value = load_json(text, most=MOST_ARGUMENTS, pairs=marked, constant=_refuse)
    if not is_sound(value):
        raise ValueError("a key comes twice, or a number is too large")
    return value


def marked(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object out of its pairs, for `load_json`; `is_sound` sees the mark."""
    found = dict(pairs)
    return found if len(found) == len(pairs) else Doubled(found)


def is_sound(value: Any) -> bool:
    """Whether a value, read with `marked`, holds neither a number that is none nor a key that came twice."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        kind = type(part)
        if kind is dict:
            waiting.extend(part.values())
        elif kind is list:
            waiting.extend(part)
        elif kind is Doubled or (kind is float and not isfinite(part)):
            return False
    return True


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
