"""Bank accounts: IBANs with their country's length, and Poland's without its country."""

import re
import string

from interlock_privacy.detection.checksums import mod97
from interlock_privacy.detection.folding import compact
from interlock_privacy.detection.rules import Alone, rule

__all__ = ["LENGTHS", "LONGEST", "RULES", "iban"]

# The IBAN registry, release 99, and the countries that use the form without being in it.
LENGTHS = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FO FI GL NL SD FK",
        19: "MK SI",
        20: "AT BA EE KZ LT LU XK MN",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM TL SO",
        24: "AD CZ ES MD PK RO SA SE SK TN VG DZ",
        25: "PT LY ST AO CV GW MZ",
        26: "IS TR IR",
        27: "FR GR IT MC MR SM BF CF CG CM DJ GA GQ KM TD MG BI",
        28: "AL AZ BY CY DO GT HN HU LB NI PL SV BJ CI ML MA NE SN TG",
        29: "BR EG PS QA UA",
        30: "JO KW MU YE",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
    for country in countries.split()
}
LONGEST = max(LENGTHS.values())
_DIGITS_ALONE = frozenset(
    (
        *(
            "AE",
            "AT",
            "BA",
            "BE",
            "BI",
            "CR",
            "CZ",
            "DE",
            "DK",
            "DZ",
            "EE",
            "EG",
            "ES",
            "FI",
            "FO",
            "GL",
            "HR",
            "HU",
        ),
        *(
            "IL",
            "IS",
            "LT",
            "LY",
            "ME",
            "MR",
            "NO",
            "PL",
            "PT",
            "RS",
            "SD",
            "SE",
            "SI",
            "SK",
            "ST",
            "TL",
            "TN",
            "VA",
        ),
        "XK",
    )
)
# Elsewhere letters name a bank, and sometimes an account.
_FEWEST_DIGITS = 8
_NO_DIGITS = frozenset(string.ascii_letters) - frozenset("OQLIoqli")
_MISREAD = str.maketrans("OQLI", "0011")
# So many letters and digits, whatever stands between them.
_SPELT = {length: re.compile(rf"(?:[\W_]*+[^\W_]){{{length}}}") for length in {*LENGTHS.values()}}


def iban(text: str, start: int, signs: str) -> tuple[int, str] | None:
    """Where the IBAN that begins here ends, and its characters without separators.

    `signs` are the next `LONGEST` letters and digits as capitals, as far as the run goes on.
    """
    length = LENGTHS.get(signs[:2])
    # Two digits are next, or letters that look like them.
    if length is None or text[start + 2 : start + 3] in _NO_DIGITS:
        return None
    value, end = signs[:length], start + length * 2
    if len(value) < length:
        # Its next group may have no digit, and so be none of the run.
        value = compact(text[start:end])[:length]
        if len(value) < length or not value.isalnum() or not value.isascii():
            return None
    if not value[2:].isdigit():
        alone = value[:2] in _DIGITS_ALONE
        if not alone and (sum(map(str.isdigit, value)) < _FEWEST_DIGITS or not value[2:4].isdigit()):
            return None
        if alone or not mod97(value[4:] + value[:4]):
            # Read from paper, a 0 is often an O, and a 1 an l.
            value = value[:2] + value[2:].translate(_MISREAD)
        if alone and not value[2:].isdigit():
            return None
    if not mod97(value[4:] + value[:4]):
        return None
    spelt = _SPELT[length].match(text, start, end)
    return (spelt.end(), value) if spelt else None


def nrb(value: str) -> bool:
    """Poland's account, which is its IBAN without PL."""
    return int(f"{value[2:]}2521{value[:2]}") % 97 == 1 and len(set(value)) > 2


RULES = (
    rule("pl.nrb", "iban", "26", nrb, "iban nrb konto konta rachun* bank*", Alone.SURE, "2-4-4-4-4-4-4"),
)
