"""The United Kingdom and Ireland."""

from interlock_privacy.detection.checksums import digits, weighted
from interlock_privacy.detection.rules import Alone, rule

__all__ = ["RULES"]

_REFUSED = ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")


def nino(value: str) -> bool:
    """Two letters, of which some are never used, six digits, A to D."""
    first, second, last = value[0], value[1], value[8]
    return first not in "DFIQUV" and second not in "DFIOQUV" and value[:2] not in _REFUSED and last in "ABCD"


def nhs(value: str) -> bool:
    """Ten digits by eleven."""
    return int(value) > 0 and weighted(value, (10, 9, 8, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def utr(value: str) -> bool:
    """The check digit stands first."""
    return "21987654321"[weighted(value[1:], (6, 7, 8, 9, 10, 5, 4, 3, 2)) % 11] == value[0]


def british_vat(value: str) -> bool:
    """Nine digits, or twelve with those of a branch; two check digits, in two ways."""
    total = weighted(value, (8, 7, 6, 5, 4, 3, 2, 10, 1))
    return int(value[:9]) > 0 and total % 97 in ((0, 42, 55) if int(value[:3]) >= 100 else (0,))


def pps(value: str) -> bool:
    """Seven digits, a check letter, since 2013 another letter."""
    second = 0 if len(value) == 8 or value[8] == "W" else ord(value[8]) - 64
    total = weighted(value, (8, 7, 6, 5, 4, 3, 2)) + 9 * second
    return value[7] in "WABCDEFGHIJKLMNOPQRSTUV" and "WABCDEFGHIJKLMNOPQRSTUV"[total % 23] == value[7]


def irish_vat(value: str) -> bool:
    """Seven digits and one or two letters; old ones have a character in the second place."""
    if value[:7].isdigit():
        return pps(value)
    return (
        value[0].isdigit()
        and value[2:7].isdigit()
        and value[7].isalpha()
        and pps(f"0{value[2:7]}{value[0]}{value[7]}")
    )


def sort_code(value: str) -> bool:
    """Six digits of a bank, eight of an account: nothing is checked."""
    return len(set(digits(value))) > 2


RULES = (
    rule(
        "uk.nino",
        "national_id",
        "2a6n1a",
        nino,
        "nino ni national+insurance insurance+number",
        Alone.PLAIN,
        "2-2-2-2-1",
    ),
    rule("uk.nhs", "health_id", "10", nhs, "nhs", Alone.LABELLED, "3-3-4"),
    rule("uk.utr", "tax_id", "10", utr, "utr taxpayer*", Alone.LABELLED, "5-5"),
    rule("uk.vat", "tax_id", "9 12", british_vat, "vat", Alone.LABELLED, "3-4-2", "GB XI"),
    rule("uk.passport", "passport", "9 2a7n", sort_code, "passport*", named=True),
    rule("ie.pps", "national_id", "7n1a 7n2a", pps, "pps ppsn", Alone.PLAIN),
    rule("ie.vat", "tax_id", "7n1a 7n2a 1n1a5n1a", irish_vat, "vat", prefix="IE"),
)
