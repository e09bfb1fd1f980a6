"""South Africa, Nigeria, Kenya, Egypt, the Emirates, Australia and New Zealand."""

from interlock_privacy.detection.checksums import day, digits, luhn, short_day, weighted
from interlock_privacy.detection.rules import Alone, rule

__all__ = ["RULES"]

_ZA = "id identity rsa"
_NHI = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def south_african(value: str) -> bool:
    """Birth date, sex, citizenship, Luhn's digit."""
    return short_day(value[:6]) and value[10] in "012" and luhn(value)


def recent_south_african(value: str) -> bool:
    """One that was given since the twelfth digit told nobody's race."""
    return value[11] in "89" and south_african(value)


def egyptian(value: str) -> bool:
    """Century, birth date, governorate, serial number, check digit."""
    if value[0] not in "23" or not day(
        1700 + 100 * int(value[0]) + int(value[1:3]), int(value[3:5]), int(value[5:7])
    ):
        return False
    return 1 <= int(value[7:9]) <= 35 or value[7:9] == "88"


def emirates(value: str) -> bool:
    """784, birth year, serial number, Luhn's digit."""
    return value[:3] == "784" and 1900 <= int(value[3:7]) <= 2100 and luhn(value)


def tfn(value: str) -> bool:
    """Eight or nine digits by eleven."""
    weights = (1, 4, 3, 7, 5, 8, 6, 9, 10) if len(value) == 9 else (10, 7, 8, 4, 6, 3, 5, 1)
    return int(value) > 0 and weighted(value, weights) % 11 == 0


def abn(value: str) -> bool:
    """Eleven digits by 89, the first less one."""
    total = weighted(value, (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)) - 10
    return value[:2] > "10" and total % 89 == 0


def acn(value: str) -> bool:
    """Nine digits by ten."""
    return int(value) > 0 and -weighted(value, (8, 7, 6, 5, 4, 3, 2, 1)) % 10 == int(value[8])


def medicare(value: str) -> bool:
    """Eight digits, a check digit, the number of the card, perhaps that of a person."""
    return (
        value[0] in "23456"
        and value[9] != "0"
        and weighted(value, (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(value[8])
    )


def ird(value: str) -> bool:
    """Eight or nine digits, in two rounds of weights."""
    if not 10_000_000 < int(value) < 150_000_000:
        return False
    body = value[:-1].zfill(8)
    for weights in ((3, 2, 7, 6, 5, 4, 3, 2), (7, 4, 3, 2, 5, 2, 7, 6)):
        check = -weighted(body, weights) % 11
        if check != 10:
            return check == int(value[-1])
    return False


def nhi(value: str) -> bool:
    """Three letters and four digits by eleven."""
    if any(each not in _NHI for each in value[:3]):
        return False
    total = sum((_NHI.index(each) + 1) * weight for each, weight in zip(value[:3], (7, 6, 5), strict=True))
    rest = (total + weighted(value[3:], (4, 3, 2))) % 11
    return rest != 0 and (11 - rest) % 10 == int(value[6])


def unchecked(value: str) -> bool:
    """Nothing is published to check."""
    return len(set(digits(value))) > 2


RULES = (
    rule("za.id", "national_id", "13", recent_south_african, _ZA, Alone.PLAIN, "6-4-3", marks=" "),
    rule("za.id_of_old", "national_id", "13", south_african, _ZA),
    rule("ng.nin", "national_id", "11", unchecked, "nin nimc bvn", named=True),
    rule("ke.pin", "tax_id", "1a9n1a", lambda value: value[0] in "AP", "kra pin", Alone.LABELLED),
    rule("eg.national_id", "national_id", "14", egyptian, "قومي القومي national+id"),
    rule("ae.id", "national_id", "15", emirates, "emirates الهوية eid", Alone.SURE, "3-4-7-1"),
    rule("au.tfn", "tax_id", "8 9", tfn, "tfn tax+file", groups="3-3-3 3-3-2"),
    rule("au.abn", "company_id", "11", abn, "abn", Alone.GROUPED, "2-3-3-3", marks=" "),
    rule("au.acn", "company_id", "9", acn, "acn", groups="3-3-3"),
    rule(
        "au.medicare", "health_id", "10 11", medicare, "medicare", Alone.GROUPED, "4-5-1 4-5-1-1", marks=" -"
    ),
    rule("nz.ird", "tax_id", "8 9", ird, "ird", groups="2-3-3 3-3-3"),
    rule("nz.nhi", "health_id", "3a4n", nhi, "nhi"),
)
