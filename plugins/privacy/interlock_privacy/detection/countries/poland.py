"""Poland: the registers of persons, taxpayers and companies, and papers."""

from interlock_privacy.detection.checksums import alphabetic, calendar, day, weighted
from interlock_privacy.detection.rules import Alone, rule

__all__ = ["RULES"]

_CENTURIES = (1900, 2000, 2100, 2200, 1800)
_DAYS = calendar(months=range(0, 100, 20))


def pesel(value: str) -> bool:
    """Birth date, whose month tells the century, and a sum."""
    if value[2:6] not in _DAYS:
        return False
    month = int(value[2:4])
    if not day(_CENTURIES[month // 20] + int(value[:2]), month % 20, int(value[4:6])):
        return False
    return weighted(value, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0


def living(value: str) -> bool:
    """One of somebody born from 1930 to 2029."""
    return (value[0] in "3456789" if value[2] in "01" else value[2] in "23" and value[0] in "012") and pesel(
        value
    )


def nip(value: str) -> bool:
    """Taxpayers."""
    return int(value) > 0 and weighted(value, (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == int(value[9])


def regon(value: str) -> bool:
    """Companies, 9 digits, and their branches, 14."""
    if not int(value) or weighted(value, (8, 9, 2, 3, 4, 5, 6, 7)) % 11 % 10 != int(value[8]):
        return False
    branch = (2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8)
    return len(value) == 9 or weighted(value, branch) % 11 % 10 == int(value[13])


def identity_card(value: str) -> bool:
    """Three letters, a check digit, five digits."""
    return sum(map(int.__mul__, alphabetic(value), (7, 3, 1, 9, 7, 3, 1, 7, 3))) % 10 == 0


def issued_card(value: str) -> bool:
    """One of the series that were given out until now."""
    return value[0] in "ABCD" and identity_card(value)


def passport(value: str) -> bool:
    """Two letters, a check digit, six digits."""
    return sum(map(int.__mul__, alphabetic(value), (7, 3, 9, 1, 7, 3, 1, 7, 3))) % 10 == 0


def anything(value: str) -> bool:
    """Where nothing is published to check."""
    return len(set(value)) > 1


RULES = (
    rule("pl.pesel", "national_id", "11", living, "pesel pesel*", Alone.PLAIN, marks=" -"),
    rule("pl.pesel_of_any_century", "national_id", "11", pesel, "pesel pesel*"),
    rule(
        "pl.nip",
        "tax_id",
        "10",
        nip,
        "nip nipu nipem podatnika+nr numer+podatkow* identyfikacji+podatkow*",
        Alone.GROUPED,
        "3-3-2-2 3-2-2-3",
        "PL",
        marks=" -",
    ),
    rule("pl.regon", "company_id", "9 14", regon, "regon regon*"),
    rule("pl.krs", "company_id", "10", lambda value: value[:3] == "000", "krs"),
    rule("pl.id_card", "id_card", "3a6n", issued_card, "dowód dowod* osobist*", Alone.PLAIN),
    rule("pl.id_card_of_any_series", "id_card", "3a6n", identity_card, "dowód dowod* osobist*"),
    rule("pl.passport", "passport", "2a7n", passport, "paszport* passport*"),
    rule(
        "pl.driving_licence",
        "driving_licence",
        "11",
        anything,
        "prawo+jazdy prawa+jazdy prawem+jazdy",
        Alone.LABELLED,
        "5-2-4",
        named=True,
    ),
)
