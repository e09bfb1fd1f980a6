"""Check digits, as their issuers and ISO 7064 define them. Each takes a value without separators."""

import string
from calendar import isleap
from collections.abc import Iterable, Sequence
from operator import mul

__all__ = [
    "alphabetic",
    "calendar",
    "day",
    "digits",
    "iso7064_mod11_2",
    "iso7064_mod11_10",
    "iso7064_mod37_36",
    "luhn",
    "mod97",
    "short_day",
    "verhoeff",
    "weighted",
]

# Characters as numbers, X being ten; and digits, doubled, with the digits of that added up. To add up bytes
# costs a third of making a number of each character.
_DIGITS = string.digits.encode()
_NUMBERS = bytes.maketrans(_DIGITS + b"X", bytes(range(11)))
_DOUBLED = bytes.maketrans(_DIGITS, bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))
_VERHOEFF = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
# What a digit counts for at each place from the right.
_TURN = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
_TURNED = [tuple(range(10))]
while len(_TURNED) < 8:
    _TURNED.append(tuple(_TURNED[-1][turned] for turned in _TURN))
# Of two by eleven, as many as the longest such number has characters.
_POWERS = tuple(2**place % 11 for place in range(17, -1, -1))
# Twice a rest by eleven, where none counts as ten.
_TWICE = tuple((rest or 10) * 2 % 11 for rest in range(10))
_DAYS = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_AS_NUMBERS = {code: str(code - 55) for code in range(65, 91)}
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def digits(value: str) -> list[int]:
    """Its digits as numbers."""
    return [ord(each) - 48 for each in value]


def alphabetic(value: str) -> list[int]:
    """Its characters as numbers, A being 10; raises ValueError for one that is neither digit nor capital."""
    return [_LETTERS.index(each) for each in value]


def weighted(value: str, weights: Sequence[int]) -> int:
    """The sum of its first digits, each times its weight."""
    return sum(map(mul, weights, value.encode().translate(_NUMBERS)))


def luhn(value: str) -> bool:
    """ISO/IEC 7812: every second digit from the right but one is doubled."""
    written = value.encode()
    single, doubled = written[-1::-2].translate(_NUMBERS), written[-2::-2].translate(_DOUBLED)
    return (sum(single) + sum(doubled)) % 10 == 0


def mod97(value: str) -> bool:
    """ISO 7064 mod 97-10, of an IBAN whose first four characters were moved to its end."""
    return int(value.translate(_AS_NUMBERS)) % 97 == 1


def iso7064_mod11_10(value: str) -> bool:
    """The hybrid system of German and Croatian tax numbers."""
    rest = 5
    for each in value.encode().translate(_NUMBERS):
        rest = (_TWICE[rest] + each) % 10
    return rest == 1


def iso7064_mod11_2(value: str) -> bool:
    """The pure system of Chinese identity numbers; X is ten."""
    return weighted(value, _POWERS[-len(value) :]) % 11 == 1


def iso7064_mod37_36(value: str) -> bool:
    """The hybrid system over digits and letters."""
    rest = 18
    for each in value:
        rest = ((rest or 36) * 2 % 37 + int(each, 36)) % 36
    return rest == 1


def verhoeff(value: str) -> bool:
    """Verhoeff's dihedral check."""
    rest = 0
    for place, each in enumerate(reversed(value)):
        rest = _VERHOEFF[rest][_TURNED[place % 8][int(each)]]
    return rest == 0


def day(year: int, month: int, number: int) -> bool:
    """Whether there is such a day, between 1800 and 2100."""
    if not (1 <= month <= 12 and 1 <= number <= _DAYS[month] and 1800 <= year <= 2100):
        return False
    return number < 29 or month != 2 or isleap(year)


def calendar(
    *, months: Iterable[int] = (0,), days: Iterable[int] = (0,), order: str = "md"
) -> frozenset[str]:
    """Every day of a year, that of leap years too, in four digits.

    A month may be raised by any of `months`, a day by any of `days`; `order` is "md" or "dm".
    """
    every = (
        (f"{month + more:02}", f"{number + later:02}")
        for month in range(1, 13)
        for more in months
        for number in range(1, _DAYS[month] + 1)
        for later in days
    )
    return frozenset(month + number if order == "md" else number + month for month, number in every)


# But the day that few years have.
_MONTH_DAYS, _DAY_MONTHS = calendar() - {"0229"}, calendar(order="dm") - {"2902"}


def short_day(value: str, *, order: str = "ymd") -> bool:
    """Whether six digits are a day of some century, in the order that is given."""
    if order == "dmy":
        return value[:4] in _DAY_MONTHS or (value[:4] == "2902" and int(value[4:6]) % 4 == 0)
    return value[2:6] in _MONTH_DAYS or (value[2:6] == "0229" and int(value[:2]) % 4 == 0)
