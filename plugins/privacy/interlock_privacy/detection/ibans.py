"""Bank accounts: IBANs with their country's length, and Poland's without its country."""

from interlock_privacy.detection.checksums import mod97
from interlock_privacy.detection.folding import UNSEEN
from interlock_privacy.detection.rules import Alone, rule

__all__ = ["LENGTHS", "RULES", "iban"]

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
_MISREAD = str.maketrans("OQLI", "0011")
_BETWEEN = frozenset(" -./\n\r\t" + UNSEEN)


def iban(text: str, start: int) -> tuple[int, str] | None:
    """Where the IBAN that begins here ends, and its characters without separators."""
    length = LENGTHS.get(text[start : start + 2].upper())
    if length is None:
        return None
    kept: list[str] = []
    skipped = 0
    place = start
    for place in range(start, min(len(text), start + length * 3)):
        each = text[place]
        if each.isascii() and each.isalnum():
            kept.append(each)
            skipped = 0
            if len(kept) == length:
                break
        elif each not in _BETWEEN or (skipped := skipped + 1) > 3:
            return None
    value = "".join(kept).upper()
    # Read from paper, a 0 is often an O, and a 1 an l.
    for each in (value, value[:2] + value[2:].translate(_MISREAD)):
        if len(each) == length and each[2:4].isdigit() and mod97(each[4:] + each[:4]):
            return place + 1, each
    return None


def nrb(value: str) -> bool:
    """Poland's account, which is its IBAN without PL."""
    return len(set(value)) > 2 and mod97(value[2:] + "PL" + value[:2])


RULES = (
    rule("pl.nrb", "iban", "26", nrb, "iban nrb konto konta rachun* bank*", Alone.SURE, "2-4-4-4-4-4-4"),
)
