"""The United States, Canada and Mexico."""

from interlock_privacy.detection.checksums import digits, luhn, short_day, weighted
from interlock_privacy.detection.rules import ELSEWHERE, Alone, rule

__all__ = ["RULES"]

_CURP = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ"  # & keeps the place of Ñ
_STATES = frozenset(
    [
        "AS",
        "BC",
        "BS",
        "CC",
        "CH",
        "CL",
        "CM",
        "CS",
        "DF",
        "DG",
        "GR",
        "GT",
        "HG",
        "JC",
        "MC",
        "MN",
        "MS",
        "NE",
        "NL",
        "NT",
        "OC",
        "PL",
        "QR",
        "QT",
        "SL",
        "SP",
        "SR",
        "TC",
        "TL",
        "TS",
        "VZ",
        "YN",
        "ZS",
    ]
)
_EIN = frozenset(
    [
        "01",
        "02",
        "03",
        "04",
        "05",
        "06",
        "10",
        "11",
        "12",
        "13",
        "14",
        "15",
        "16",
        "20",
        "21",
        "22",
        "23",
        "24",
        "25",
        "26",
        "27",
        "30",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "38",
        "39",
        "40",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "47",
        "48",
        "50",
        "51",
        "52",
        "53",
        "54",
        "55",
        "56",
        "57",
        "58",
        "59",
        "60",
        "61",
        "62",
        "63",
        "64",
        "65",
        "66",
        "67",
        "68",
        "71",
        "72",
        "73",
        "74",
        "75",
        "76",
        "77",
        "80",
        "81",
        "82",
        "83",
        "84",
        "85",
        "86",
        "87",
        "88",
        "90",
        "91",
        "92",
        "93",
        "94",
        "95",
        "98",
        "99",
    ]
)


def ssn(value: str) -> bool:
    """Area, group and serial number that were ever given; nothing is summed."""
    if value[:3] in ("000", "666") or value[0] == "9" or value[3:5] == "00" or value[5:] == "0000":
        return False
    return value not in ("078051120", "219099999", "457555462") and len(set(value)) > 1


def itin(value: str) -> bool:
    """Begins with 9, and has a group of certain ranges."""
    group = int(value[3:5])
    return value[0] == "9" and (50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or group >= 94)


def ein(value: str) -> bool:
    """A prefix that an office gives."""
    return value[:2] in _EIN


def routing(value: str) -> bool:
    """A bank's: weights 3, 7, 1."""
    first = int(value[:2])
    known = first <= 12 or 21 <= first <= 32 or 61 <= first <= 72 or first == 80
    return known and int(value) > 0 and weighted(value, (3, 7, 1) * 3) % 10 == 0


def sin(value: str) -> bool:
    """Nine digits, Luhn's."""
    return value[0] not in "08" and luhn(value)


def curp(value: str) -> bool:
    """Letters of a name, birth date, sex, state, consonants, century, check digit."""
    if not short_day(value[4:10]) or value[10] not in "HMX" or value[11:13] not in _STATES:
        return False
    total = sum(_CURP.index(each) * weight for each, weight in zip(value[:17], range(18, 1, -1), strict=True))
    return -total % 10 == int(value[17])


def rfc(value: str) -> bool:
    """Letters of a name, a date, three characters of which the last is a check."""
    date = value[-9:-3]
    if not short_day(date) or not value[:-9].isalpha():
        return False
    body = value[:-1].rjust(12)
    alphabet = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ"
    total = sum(alphabet.index(each) * weight for each, weight in zip(body, range(13, 1, -1), strict=True))
    return value[-1] == "0123456789A"[-total % 11]


def rfc_unchecked(value: str) -> bool:
    """The date alone, where a word says what it is."""
    return short_day(value[-9:-3]) and value[:-9].isalpha()


def clabe(value: str) -> bool:
    """Bank, place, account, a digit of weights 3, 7, 1."""
    total = sum(int(each) * (3, 7, 1)[place % 3] % 10 for place, each in enumerate(value[:17]))
    return -total % 10 == int(value[17])


def unchecked(value: str) -> bool:
    """Nothing is published to check."""
    return len(set(digits(value))) > 2


RULES = (
    rule(
        "us.ssn",
        "national_id",
        "9",
        ssn,
        "ssn social+security socialsecurity*",
        Alone.GROUPED,
        "3-2-4",
        marks="-",
        beside=ELSEWHERE,
    ),
    rule(
        "us.itin", "tax_id", "9", itin, "itin taxpayer", Alone.GROUPED, "3-2-4", marks="-", beside=ELSEWHERE
    ),
    rule(
        "us.ein", "tax_id", "9", ein, "ein fein employer+identification employer+id", groups="2-7", named=True
    ),
    rule("us.routing", "bank_account", "9", routing, "routing aba rtn"),
    rule("us.passport", "passport", "9 1a8n", unchecked, "passport*", named=True),
    rule(
        "ca.sin",
        "national_id",
        "9",
        sin,
        "sin nas social+insurance assurance+sociale",
        groups="3-3-3",
        named=True,
    ),
    rule("mx.curp", "national_id", "4a6n6a1c1n", curp, "curp", Alone.SURE),
    rule("mx.rfc", "tax_id", "4a6n3c 3a6n3c", rfc, "rfc", Alone.PLAIN),
    rule("mx.rfc_unchecked", "tax_id", "4a6n3c 3a6n3c", rfc_unchecked, "rfc"),
    rule("mx.clabe", "bank_account", "18", clabe, "clabe interbancaria"),
    rule("mx.nss", "national_id", "11", luhn, "nss imss", groups="2-2-2-4-1"),
)
