"""Germany, Austria, Switzerland, Liechtenstein, Luxembourg, the Netherlands and Belgium."""

from collections import Counter

from interlock_privacy.detection.checksums import (
    day,
    digits,
    iso7064_mod11_10,
    luhn,
    verhoeff,
    weighted,
)
from interlock_privacy.detection.rules import Alone, rule

__all__ = ["RULES"]


def steuer_id(value: str) -> bool:
    """Of the first ten digits, one occurs twice or thrice, and the others at most once."""
    if value[0] == "0" or len(set(value[:10])) not in (8, 9) or not iso7064_mod11_10(value):
        return False
    counts = Counter(value[:10]).most_common(2)
    return counts[0][1] in (2, 3) and counts[1][1] == 1


def german_vat(value: str) -> bool:
    """Nine digits."""
    return value[0] != "0" and iso7064_mod11_10(value)


def german_card(value: str) -> bool:
    """Nine characters of an identity card or a passport, and their check digit, weights 7, 3, 1."""
    if value[0] not in "CFGHJKLMNPRTVWXYZ" or any(each in "AEIOUBDQS" for each in value):
        return False
    return sum(int(each, 36) * (7, 3, 1)[place % 3] for place, each in enumerate(value[:9])) % 10 == int(
        value[9]
    )


def pension(value: str) -> bool:
    """Area, birth date, the initial, a serial number; digit sums of weighted digits."""
    spelt = f"{value[:8]}{ord(value[8]) - 64:02}{value[9:]}"
    weights = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
    total = sum(sum(divmod(int(each) * weight, 10)) for each, weight in zip(spelt, weights, strict=False))
    return 1 <= int(value[4:6]) % 50 <= 31 and 1 <= int(value[6:8]) <= 12 and total % 10 == int(value[11])


def health_insurance(value: str) -> bool:
    """A letter and nine digits, Luhn's sum from the left."""
    spelt = f"{ord(value[0]) - 64:02}{value[1:9]}"
    total = sum(sum(divmod(int(each) * (1, 2)[place % 2], 10)) for place, each in enumerate(spelt))
    return total % 10 == int(value[9])


def austrian_insurance(value: str) -> bool:
    """Serial number, check digit, birth date (its month may be above 12)."""
    total = weighted(value, (3, 7, 9, 0, 5, 8, 4, 2, 1, 6)) % 11
    return (
        value[0] != "0"
        and total == int(value[3])
        and 1 <= int(value[4:6]) <= 31
        and 1 <= int(value[6:8]) <= 15
    )


def austrian_vat(value: str) -> bool:
    """The letter U was left out."""
    total = sum(sum(divmod(int(each) * (1, 2)[place % 2], 10)) for place, each in enumerate(value[-8:-1]))
    return (6 - total) % 10 == int(value[-1])


def ahv(value: str) -> bool:
    """An EAN that begins with Switzerland's number, as ISO 3166 has it."""
    return value[:3] == "756" and weighted(value, (1, 3) * 6 + (1,)) % 10 == 0


def swiss_company(value: str) -> bool:
    """Nine digits."""
    return (11 - weighted(value, (5, 4, 3, 2, 7, 6, 5, 4)) % 11) % 11 == int(value[8])


def bsn(value: str) -> bool:
    """The test of eleven, whose last digit counts negative."""
    return value[:2] != "00" and weighted(value, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


def dutch_vat(value: str) -> bool:
    """Nine digits, B, two digits: a BSN's, or since 2020 mod 97 of all of it."""
    number = int("".join(str(int(each, 36)) for each in f"NL{value}"))
    return value[9] == "B" and value[10:] != "00" and (bsn(value[:9]) or number % 97 == 1)


def belgian_person(value: str) -> bool:
    """Birth date (a month may be raised by 20 or 40), serial number, 97 less the rest."""
    month = int(value[2:4]) % 20
    if month > 12 or int(value[4:6]) > 31 or value[6:9] in ("000", "999"):
        return False
    body, check = int(value[:9]), int(value[9:])
    if check == 97 - body % 97:
        return True
    return value[0] in "012" and check == 97 - (2_000_000_000 + body) % 97


def belgian_company(value: str) -> bool:
    """Ten digits that begin with 0 or 1."""
    return value[0] in "01" and int(value[:8]) > 0 and 97 - int(value[:8]) % 97 == int(value[8:])


def luxembourg_person(value: str) -> bool:
    """Birth date, serial number, and two check digits: Luhn's and Verhoeff's."""
    if not day(int(value[:4]), int(value[4:6]), int(value[6:8])):
        return False
    return luhn(value[:12]) and verhoeff(value[:11] + value[12])


def luxembourg_vat(value: str) -> bool:
    """Six digits and their rest by 89."""
    return int(value[:6]) % 89 == int(value[6:])


def steuernummer(value: str) -> bool:
    """Nothing is checked that all states have in common."""
    return len(set(digits(value))) > 2


RULES = (
    rule(
        "de.steuer_id",
        "tax_id",
        "11",
        steuer_id,
        "steuerid steueridentifikation* identifikationsnummer idnr tin steuerliche* steuer*",
        Alone.GROUPED,
        "2-3-3-3",
    ),
    rule("de.ust_id", "tax_id", "9", german_vat, "ust ustid* ustidnr umsatzsteuer* vat", prefix="DE"),
    rule(
        "de.steuernummer",
        "tax_id",
        "10 11 13",
        steuernummer,
        "steuernummer* stnr steuernr",
        groups="3-3-5 2-3-5",
        named=True,
    ),
    rule("de.id_card", "id_card", "9c1n", german_card, "personalausweis* ausweis* perso ausweisnummer"),
    rule("de.passport", "passport", "9c1n", german_card, "reisepass* passnummer* passport", named=True),
    rule(
        "de.rvnr",
        "national_id",
        "8n1a3n",
        pension,
        "rentenversicherung* versicherungsnummer* sozialversich* rvnr svnr",
        Alone.PLAIN,
    ),
    rule(
        "de.kvnr",
        "health_id",
        "1a9n",
        health_insurance,
        "krankenversich* versichertennummer* kvnr gesundheitskarte*",
        Alone.LABELLED,
    ),
    rule(
        "at.svnr",
        "national_id",
        "10",
        austrian_insurance,
        "svnr sozialversicherung* versicherungsnummer* sv vsnr",
        Alone.GROUPED,
        "4-6",
    ),
    rule(
        "at.uid",
        "tax_id",
        "1a8n",
        lambda value: value[0] == "U" and austrian_vat(value),
        "uid ust* umsatzsteuer* vat",
        prefix="AT",
    ),
    rule("ch.ahv", "national_id", "13", ahv, "ahv* avs navs* sozialversich*", Alone.SURE),
    rule("ch.uid", "company_id", "9", swiss_company, "uid+mwst ide mwst*", prefix="CHE"),
    rule("nl.bsn", "national_id", "9", bsn, "bsn burgerservice* sofinummer sofi* persoonsnummer*"),
    rule("nl.btw_id", "tax_id", "9n1a2n", dutch_vat, "btw* omzetbelasting*", Alone.PLAIN, prefix="NL"),
    rule(
        "be.nn",
        "national_id",
        "11",
        belgian_person,
        "rijksregister* national* registre nn niss insz rrn rijksregisternummer",
        Alone.PLAIN,
        "2-2-2-3-2",
    ),
    rule(
        "be.enterprise",
        "company_id",
        "10",
        belgian_company,
        "kbo bce btw* tva ondernemings* entreprise*",
        Alone.GROUPED,
        "4-3-3",
        "BE",
    ),
    rule("lu.matricule", "national_id", "13", luxembourg_person, "matricule*", Alone.PLAIN),
    rule("lu.vat", "tax_id", "8", luxembourg_vat, "tva vat", prefix="LU"),
)
