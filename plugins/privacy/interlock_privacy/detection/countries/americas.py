"""The United States, Canada, Mexico, Brazil and their neighbours."""

from interlock_privacy.detection.checksums import digits, luhn, short_day, weighted
from interlock_privacy.detection.rules import Alone, rule

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


def two_elevens(value: str, first: tuple[int, ...], second: tuple[int, ...]) -> bool:
    """Two check digits, each 11 less the rest, or 0."""
    for weights in (first, second):
        rest = weighted(value, weights) % 11
        if (0 if rest < 2 else 11 - rest) != int(value[len(weights)]):
            return False
    return True


def cpf(value: str) -> bool:
    """Eleven digits, not all alike."""
    return len(set(value)) > 1 and two_elevens(value, tuple(range(10, 1, -1)), tuple(range(11, 1, -1)))


def cnpj(value: str) -> bool:
    """Twelve characters, since 2026 letters too, and two check digits."""
    numbers = [ord(each) - 48 for each in value]
    for size in (12, 13):
        weights = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)[-size:]
        rest = sum(map(int.__mul__, numbers, weights)) % 11
        if (0 if rest < 2 else 11 - rest) != numbers[size]:
            return False
    return len(set(value[:8])) > 1


def pis(value: str) -> bool:
    """Ten digits by eleven."""
    rest = weighted(value, (3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return len(set(value)) > 1 and (0 if rest < 2 else 11 - rest) == int(value[10])


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


def cuit(value: str) -> bool:
    """Kind, number, check digit."""
    if value[:2] not in ("20", "23", "24", "25", "26", "27", "30", "33", "34", "50", "51", "55"):
        return False
    return "012345678990"[11 - weighted(value, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11] == value[10]


def cbu(value: str) -> bool:
    """Bank and branch with a check digit, account with another."""
    return (
        -weighted(value[:7], (7, 1, 3, 9, 7, 1, 3)) % 10 == int(value[7])
        and -weighted(value[8:21], (3, 9, 7, 1, 3, 9, 7, 1, 3, 9, 7, 1, 3)) % 10 == int(value[21])
        and len(set(value)) > 2
    )


def rut(value: str) -> bool:
    """Seven or eight digits and a digit or K."""
    rest = sum(int(each) * (2 + place % 6) for place, each in enumerate(reversed(value[:-1])))
    return int(value[:-1]) > 99_999 and "0K987654321"[rest % 11] == value[-1]


def nit(value: str) -> bool:
    """Weighted by primes."""
    total = sum(
        int(each) * weight
        for each, weight in zip(
            reversed(value[:-1]), (3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47), strict=False
        )
    )
    return "01987654321"[total % 11] == value[-1]


def ruc(value: str) -> bool:
    """Peru's taxpayers."""
    total = weighted(value, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2))
    return value[:2] in ("10", "15", "16", "17", "20") and (11 - total % 11) % 10 == int(value[10])


def cedula_ec(value: str) -> bool:
    """Ecuador: province, serial number, Luhn's digit."""
    return (1 <= int(value[:2]) <= 24 or value[:2] in ("30", "50")) and value[2] <= "6" and luhn(value)


def rif(value: str) -> bool:
    """Venezuela: a letter of the kind, eight digits, a check digit."""
    if value[0] not in "VEJPG":
        return False
    kind = {"V": 4, "E": 8, "J": 12, "P": 16, "G": 20}[value[0]]
    return "00987654321"[(kind + weighted(value[1:], (3, 2, 7, 6, 5, 4, 3, 2))) % 11] == value[9]


def cedula_uy(value: str) -> bool:
    """Uruguay: seven digits and their check digit."""
    return -weighted(value, (2, 9, 8, 7, 6, 3, 4)) % 10 == int(value[7])


def unchecked(value: str) -> bool:
    """Nothing is published to check."""
    return len(set(digits(value))) > 2


RULES = (
    rule("us.ssn", "national_id", "9", ssn, "ssn social", Alone.GROUPED, "3-2-4"),
    rule("us.itin", "tax_id", "9", itin, "itin taxpayer", Alone.GROUPED, "3-2-4"),
    rule("us.ein", "tax_id", "9", ein, "ein fein employer", groups="2-7"),
    rule("us.routing", "bank_account", "9", routing, "routing aba rtn"),
    rule("us.passport", "passport", "9 1a8n", unchecked, "passport*"),
    rule("ca.sin", "national_id", "9", sin, "sin nas social", groups="3-3-3"),
    rule("br.cpf", "national_id", "11", cpf, "cpf", Alone.PLAIN, "3-3-3-2"),
    rule("br.cnpj", "company_id", "14 12c2n", cnpj, "cnpj", Alone.PLAIN, "2-3-3-4-2"),
    rule("br.pis", "national_id", "11", pis, "pis pasep nis nit", Alone.GROUPED, "3-5-2-1"),
    rule("mx.curp", "national_id", "4a6n6a1c1n", curp, "curp", Alone.SURE),
    rule("mx.rfc", "tax_id", "4a6n3c 3a6n3c", rfc, "rfc", Alone.PLAIN),
    rule("mx.rfc_unchecked", "tax_id", "4a6n3c 3a6n3c", rfc_unchecked, "rfc"),
    rule("mx.clabe", "bank_account", "18", clabe, "clabe interbancaria"),
    rule("mx.nss", "national_id", "11", luhn, "nss imss", groups="2-2-2-4-1"),
    rule("ar.cuit", "tax_id", "11", cuit, "cuit cuil", Alone.GROUPED, "2-8-1"),
    rule("ar.cbu", "bank_account", "22", cbu, "cbu cvu", Alone.PLAIN),
    rule("ar.dni", "national_id", "7 8", unchecked, "dni documento", groups="2-3-3 1-3-3"),
    rule("cl.rut", "national_id", "8 9 7n1a 8n1a", rut, "rut run", Alone.GROUPED, "2-3-3-1 1-3-3-1 8-1 7-1"),
    rule("co.nit", "tax_id", "9 10", nit, "nit", Alone.GROUPED, "3-3-3-1 9-1"),
    rule(
        "co.cedula",
        "national_id",
        "8 10",
        unchecked,
        "cédula cedula ciudadanía ciudadania",
        groups="1-3-3-3 2-3-3",
    ),
    rule("pe.ruc", "tax_id", "11", ruc, "ruc"),
    rule("pe.dni", "national_id", "8", unchecked, "dni"),
    rule("ec.cedula", "national_id", "10", cedula_ec, "cédula cedula", Alone.LABELLED, "9-1"),
    rule("ve.rif", "tax_id", "1a9n", rif, "rif", Alone.GROUPED, "1-8-1"),
    rule("uy.cedula", "national_id", "8", cedula_uy, "cédula cedula ci", Alone.GROUPED, "1-3-3-1"),
    rule("do.cedula", "national_id", "11", luhn, "cédula cedula", Alone.GROUPED, "3-7-1"),
)
