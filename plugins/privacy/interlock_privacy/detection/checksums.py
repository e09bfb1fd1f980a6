"""Check digits, as their issuers and ISO 7064 define them. Each takes a value without separators."""

from collections.abc import Sequence
from datetime import date
from operator import mul

__all__ = [
    "alphabetic",
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

_DOUBLED = str.maketrans("0123456789", "0246813579")
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
_TURN = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
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
    return sum(map(mul, weights, map(int, value)))


def luhn(value: str) -> bool:
    """ISO/IEC 7812: every second digit from the right but one is doubled."""
    return (sum(map(int, value[-1::-2])) + sum(map(int, value[-2::-2].translate(_DOUBLED)))) % 10 == 0


def mod97(value: str) -> bool:
    """ISO 7064 mod 97-10, of an IBAN whose first four characters were moved to its end."""
    return int(value.translate(_AS_NUMBERS)) % 97 == 1


def iso7064_mod11_10(value: str) -> bool:
    """The hybrid system of German and Croatian tax numbers."""
    rest = 5
    for each in value:
        rest = ((rest or 10) * 2 % 11 + int(each)) % 10
    return rest == 1


def iso7064_mod11_2(value: str) -> bool:
    """The pure system of Chinese identity numbers; X is ten."""
    rest = 0
    for each in value:
        rest = (rest * 2 + (10 if each == "X" else int(each))) % 11
    return rest == 1


def iso7064_mod37_36(value: str) -> bool:
    """The hybrid system over digits and letters."""
    rest = 18
    for each in value:
        rest = ((rest or 36) * 2 % 37 + int(each, 36)) % 36
    return rest == 1


def verhoeff(value: str) -> bool:
    """Verhoeff's dihedral check."""
    rest, row = 0, list(range(10))
    for each in reversed(value):
        rest = _VERHOEFF[rest][row[int(each)]]
        row = [row[turned] for turned in _TURN]
    return rest == 0


def day(year: int, month: int, number: int) -> bool:
    """Whether there is such a day, between 1800 and 2100."""
    if not (1 <= month <= 12 and 1 <= number <= 31 and 1800 <= year <= 2100):
        return False
    try:
        date(year, month, number)
    except ValueError:
        return False
    return True


def short_day(value: str, *, order: str = "ymd") -> bool:
    """Whether six digits are a day of some century, in the order that is given."""
    parts = {each: int(value[place * 2 : place * 2 + 2]) for place, each in enumerate(order)}
    return day(2000 + parts["y"], parts["m"], parts["d"]) or day(1900 + parts["y"], parts["m"], parts["d"])
