"""Czechia, Slovakia, Hungary, Slovenia, Croatia, Serbia and their neighbours."""

from interlock_privacy.detection.checksums import day, iso7064_mod11_10, short_day, weighted
from interlock_privacy.detection.rules import Alone, rule

__all__ = ["RULES"]


def rodne_cislo(value: str) -> bool:
    """Birth date (a woman's month is raised by 50, a late serial's by 20), divisible by eleven."""
    year, month, number = int(value[:2]), int(value[2:4]) % 50, int(value[4:6])
    month -= 20 if month > 20 else 0
    if len(value) == 9:
        return year < 54 and value[6:] != "000" and day(1900 + year, month, number)
    century = 1900 if year >= 54 else 2000
    whole = int(value)
    return day(century + year, month, number) and (
        whole % 11 == 0 or (whole // 10 % 11 == 10 and value[9] == "0")
    )


def ico(value: str) -> bool:
    """Eight digits by eleven."""
    return int(value) > 0 and (11 - weighted(value, (8, 7, 6, 5, 4, 3, 2)) % 11) % 10 == int(value[7])


def slovak_vat(value: str) -> bool:
    """Ten digits, divisible by eleven."""
    return rodne_cislo(value) or (value[0] != "0" and value[2] in "234789" and int(value) % 11 == 0)


def hungarian_tax(value: str) -> bool:
    """A person's: 8, days since 1867, serial number."""
    return value[0] == "8" and weighted(value, range(1, 10)) % 11 == int(value[9])


def taj(value: str) -> bool:
    """Nine digits by ten."""
    return int(value) > 0 and weighted(value, (3, 7) * 4) % 10 == int(value[8])


def adoszam(value: str) -> bool:
    """A company's: eight digits, in full with its kind of tax and its county."""
    tail = len(value) == 8 or (value[8] in "12345" and 2 <= int(value[9:]) <= 51)
    return tail and int(value) > 0 and weighted(value, (9, 7, 3, 1, 9, 7, 3, 1)) % 10 == 0


def hungarian_person(value: str) -> bool:
    """Sex and century, birth date, serial number."""
    if value[0] not in "12345678" or not short_day(value[1:7]):
        return False
    up, down = weighted(value, range(1, 11)) % 11, weighted(value, range(10, 0, -1)) % 11
    return int(value[10]) in (up, down)


def oib(value: str) -> bool:
    """Eleven digits."""
    return iso7064_mod11_10(value)


def jmbg(value: str) -> bool:
    """Birth date with three digits of a year, region, serial number; all of former Yugoslavia."""
    year = int(value[4:7])
    if not day((1000 if year > 800 else 2000) + year, int(value[2:4]), int(value[:2])):
        return False
    return (11 - weighted(value, (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11) % 11 % 10 == int(value[12])


def slovenian_tax(value: str) -> bool:
    """Eight digits."""
    rest = weighted(value, (8, 7, 6, 5, 4, 3, 2)) % 11
    return value[0] != "0" and rest != 0 and (11 - rest) % 10 == int(value[7])


def albanian(value: str) -> bool:
    """A letter for the decade, a birth date, three digits, a letter: nothing is checked."""
    return (
        value[0] in "ABCDEFGHIJKLMNOPQRST" and 1 <= int(value[2:4]) % 50 <= 12 and 1 <= int(value[4:6]) <= 31
    )


RULES = (
    rule(
        "cz.rodne_cislo",
        "national_id",
        "9 10",
        rodne_cislo,
        "rodné rodného+čísla rodnym+cislem rodne rč rc r+č",
        Alone.GROUPED,
        "6-4",
        marks="/",
    ),
    rule("cz.ico", "company_id", "8", ico, "ičo ico ič", prefix="CZ"),
    rule(
        "cz.dic",
        "tax_id",
        "8 9 10",
        lambda value: ico(value) if len(value) == 8 else rodne_cislo(value),
        "dič dic",
        prefix="CZ",
    ),
    rule(
        "sk.rodne_cislo",
        "national_id",
        "9 10",
        rodne_cislo,
        "rodné rodne rodného+čísla",
        Alone.GROUPED,
        "6-4",
        marks="/",
    ),
    rule("sk.ico", "company_id", "8", ico, "ičo ico"),
    rule("sk.dic", "tax_id", "10", slovak_vat, "dič dic dph", prefix="SK"),
    rule("hu.adoazonosito", "tax_id", "10", hungarian_tax, "adóazonosító* adoazonosito* adójel"),
    rule("hu.taj", "health_id", "9", taj, "taj"),
    rule("hu.adoszam", "tax_id", "8 11", adoszam, "adószám* adoszam*", Alone.GROUPED, "8-1-2", "HU"),
    rule("hu.person", "national_id", "11", hungarian_person, "személyi szemelyi", Alone.GROUPED, "1-6-4"),
    rule("hr.oib", "national_id", "11", oib, "oib", prefix="HR"),
    rule(
        "si.emso", "national_id", "13", jmbg, "emšo emso jmbg matični matični* maticni* matičen*", Alone.PLAIN
    ),
    rule("si.davcna", "tax_id", "8", slovenian_tax, "davčna davcna ddv", prefix="SI"),
    rule("rs.pib", "tax_id", "9", iso7064_mod11_10, "pib пиб"),
    rule("al.nid", "national_id", "1a8n1a", albanian, "nid letërnjoftim* nipt", named=True),
)
