"""Where values lie on a picture's side, and the round numbers that are written beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

__all__ = ["Scale", "decimals_of", "ends_of", "scale"]

_STEPS: Final = (1, 2, 2.5, 5, 10)
_WITHIN_DECADE: Final = {1: (1, 2, 3, 5), 2: (1, 2, 5), 3: (1, 3)}
_MARGIN: Final = 0.03
_LEAST: Final = 1e-150
_MOST: Final = 1e150


@dataclass(frozen=True, slots=True)
class Scale:
    """From `low` to `high`, with round numbers between them; `log` by powers of ten."""

    low: float
    high: float
    ticks: Sequence[float]
    log: bool

    def share(self, value: float) -> float:
        """Where a value lies, from 0 to 1; what lies outside lies at the end."""
        if self.log:
            low, high, at = log10(self.low), log10(self.high), log10(max(value, _LEAST))
        else:
            low, high, at = self.low, self.high, value
        # Halves, for the distance between the ends may be more than a number holds.
        return min(1.0, max(0.0, (at / 2 - low / 2) / (high / 2 - low / 2)))


def ends_of(*numbers: float | None) -> list[float]:
    """Those that are known."""
    return [each for each in numbers if each is not None]


def scale(values: Iterable[float], *, log: bool = False, ticks: int = 5) -> Scale:
    """Of finite values, with a little room around them and about so many round numbers."""
    known = list(values) or [0.0, 1.0]
    least, most = min(known), max(known)
    if max(abs(least), abs(most)) > _MOST:  # sums of these may be more than a number holds
        low, high = min(least, 0.0), max(most, 0.0)
        return Scale(low, high, (low, high), log=False)
    if log and least > _LEAST and most / least > 10:  # noqa: PLR2004 - a decade
        return _powers(least, most, ticks)
    if most - least <= max(abs(most) * 1e-9, _LEAST):
        room = abs(most) * 0.1 if abs(most) > _LEAST else 1.0
        least, most = least - room, most + room
    room = (most - least) * _MARGIN
    return Scale(least - room, most + room, _round(least - room, most + room, ticks), log=False)


def _round(low: float, high: float, count: int) -> Sequence[float]:
    rough = (high - low) / count
    power = 10.0 ** floor(log10(rough))
    step = next(each * power for each in _STEPS if each * power >= rough * (1 - 1e-9))
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return tuple(each * step for each in range(first, last + 1))


def _powers(least: float, most: float, count: int) -> Scale:
    room = (most / least) ** _MARGIN
    low, high = least / room, most * room
    decades = range(floor(log10(low)), ceil(log10(high)) + 1)
    parts = _WITHIN_DECADE.get(len(decades) - 1, (1,))
    found = [part * 10.0**power for power in decades for part in parts]
    inside = [each for each in found if low <= each <= high]
    step = max(1, ceil(len(inside) / (count + 2)))
    return Scale(low, high, tuple(inside[::step]) or (least, most), log=True)


def decimals_of(ticks: Sequence[float]) -> int:
    """How many digits after the point tell them apart, and write them as they are."""
    for decimals in range(10):
        if all(abs(each - round(each, decimals)) <= 1e-6 * (abs(each) + 10.0**-9) for each in ticks):
            return decimals
    return 10
