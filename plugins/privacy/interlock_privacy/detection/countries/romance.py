"""France, Italy, Spain, Portugal and Romania."""

import string

from interlock_privacy.detection.checksums import alphabetic, luhn, short_day, weighted
from interlock_privacy.detection.rules import Alone, rule

__all__ = ["RULES"]

_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"
_SIGNS = (string.digits + string.ascii_uppercase).encode()
# What a character counts for at odd places, and at even ones.
_ODD = bytes.maketrans(_SIGNS, bytes((
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21,
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
)))  # fmt: skip
_EVEN = bytes.maketrans(_SIGNS, bytes((*range(10), *range(26))))
_OMOCODIA = str.maketrans("LMNPQRSTUV", "0123456789")


def nir(value: str) -> bool:
    """Sex, birth year and month, place (Corsica has letters), serial number, 97 less the rest."""
    number, month = value, int(value[3:5]) if value[3:5].isdigit() else 0
    if value[6] in "AB":
        if value[5] != "2":
            return False
        number = value[:5] + {"A": "19", "B": "18"}[value[6]] + value[7:]
    if not number.isdigit() or value[0] not in "123478" or not (1 <= month <= 12 or 20 <= month <= 99):
        return False
    return 97 - int(number[:13]) % 97 == int(number[13:])


def siren(value: str) -> bool:
    """Companies."""
    return int(value) > 0 and luhn(value)


def siret(value: str) -> bool:
    """Their places; those of the post office have a sum of their own."""
    if value.startswith("356000000"):
        return sum(map(int, value)) % 5 == 0
    return luhn(value) and luhn(value[:9]) and int(value[:9]) > 0


def tva(value: str) -> bool:
    """Two check digits, or characters, and a SIREN."""
    if not value[2:].isdigit() or not luhn(value[2:]):
        return False
    key = value[:2]
    if key.isdigit():
        return int(value[2:] + "12") % 97 == int(key)
    alphabet = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    if key[0] not in alphabet or key[1] not in alphabet:
        return False
    first, second = map(alphabet.index, key)
    number = first * 24 + second - 10 if first < 10 else first * 34 + second - 100
    return (int(value[2:]) + 1 + number // 11) % 11 == number % 11


def french_tax(value: str) -> bool:
    """Thirteen digits that begin with 0 to 3."""
    return value[0] in "0123" and int(value[:10]) % 511 == int(value[10:])


def codice_fiscale(value: str) -> bool:
    """Letters of a name, birth date, place; letters may stand for digits where two people had the same."""
    if not (value[:6].isalpha() and value[8] in "ABCDEHLMPRST" and value[11].isalpha()):
        return False
    plain = (value[6:8] + value[9:11] + value[12:15]).translate(_OMOCODIA)
    if not plain.isdigit():
        return False
    if not 1 <= int(plain[2:4]) % 40 <= 31 or not value[15].isalpha():
        return False
    written = value[:15].encode()
    total = sum(written[0::2].translate(_ODD)) + sum(written[1::2].translate(_EVEN))
    return chr(65 + total % 26) == value[15]


def partita_iva(value: str) -> bool:
    """Seven digits, the office, Luhn's digit."""
    office = int(value[7:10])
    return int(value[:7]) > 0 and (1 <= office <= 100 or office in (120, 121, 888, 999)) and luhn(value)


def dni(value: str) -> bool:
    """Eight digits and the letter of their rest by 23."""
    return _DNI[int(value[:8]) % 23] == value[8]


def nie(value: str) -> bool:
    """Foreigners': X, Y or Z stands for the first digit."""
    return value[0] in "XYZ" and dni(str("XYZ".index(value[0])) + value[1:])


def cif(value: str) -> bool:
    """Companies: a letter for their form, seven digits, a digit or a letter."""
    if value[0] not in "ABCDEFGHJNPQRSUVW" or not value[1:8].isdigit():
        return False
    total = sum(map(int, value[2:8:2])) + sum(sum(divmod(2 * int(each), 10)) for each in value[1:8:2])
    check = -total % 10
    return value[8] == (str(check) if value[8].isdigit() else "JABCDEFGHI"[check])


def spanish_insurance(value: str) -> bool:
    """Province, serial number, rest by 97."""
    province, serial = value[:2], value[2:10]
    body = int(province + (serial[1:] if serial[0] == "0" else serial))
    return 1 <= int(province) <= 66 and body % 97 == int(value[10:])


def portuguese_tax(value: str) -> bool:
    """Nine digits by eleven."""
    if value[0] not in "1235689" and value[:2] not in ("45", "70", "71", "72", "74", "75", "77", "79"):
        return False
    return (11 - weighted(value, (9, 8, 7, 6, 5, 4, 3, 2)) % 11) % 11 % 10 == int(value[8])


def citizen_card(value: str) -> bool:
    """Nine digits, two characters and a digit, Luhn's sum over all of them."""
    total = 0
    for place, each in enumerate(alphabetic(value)):
        double = each * 2 if place % 2 == 0 else each
        total += double - 9 if place % 2 == 0 and double > 9 else double
    return total % 10 == 0


def cnp(value: str) -> bool:
    """Sex and century, birth date, county, serial number."""
    county = int(value[7:9])
    if value[0] == "0" or not short_day(value[1:7]):
        return False
    if not (1 <= county <= 48 or county in (51, 52, 70, 80, 81, 82, 83)):
        return False
    rest = weighted(value, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    return (1 if rest == 10 else rest) == int(value[12])


def cui(value: str) -> bool:
    """Companies: up to ten digits."""
    body = value[:-1].zfill(9)
    return value[0] != "0" and 10 * weighted(body, (7, 5, 3, 2, 1, 7, 5, 3, 2)) % 11 % 10 == int(value[-1])


_INSURED = "sécurité securite sociale nir insee vitale"

RULES = (
    rule("fr.nir", "national_id", "15 5n2c8n", nir, _INSURED, Alone.PLAIN, "1-2-2-2-3-3-2"),
    rule("fr.siren", "company_id", "9", siren, "siren rcs"),
    rule("fr.siret", "company_id", "14", siret, "siret", Alone.GROUPED, "3-3-3-5"),
    rule("fr.tva", "tax_id", "11 2c9n", tva, "tva intracommunautaire* vat", prefix="FR"),
    rule("fr.spi", "tax_id", "13", french_tax, "fiscal* spi impôts impot*", Alone.GROUPED, "2-2-3-3-3"),
    rule(
        "it.codice_fiscale",
        "national_id",
        "16c",
        codice_fiscale,
        "codice+fiscale codicefiscale cf",
        Alone.SURE,
        "3-3-5-5",
    ),
    rule("it.partita_iva", "tax_id", "11", partita_iva, "iva partita+iva piva", prefix="IT", named=True),
    rule("es.dni", "national_id", "8n1a", dni, "dni nif documento identidad", Alone.PLAIN, prefix="ES"),
    rule("es.nie", "national_id", "1a7n1a", nie, "nie extranjero*", Alone.PLAIN, prefix="ES"),
    rule("es.cif", "tax_id", "1a8n 1a7n1a", cif, "cif nif", Alone.GROUPED, "1-8", prefix="ES"),
    rule(
        "es.nuss",
        "national_id",
        "12",
        spanish_insurance,
        "seguridad+social nuss naf afiliación",
        Alone.GROUPED,
        "2-8-2 2-10",
    ),
    rule("pt.nif", "tax_id", "9", portuguese_tax, "nif contribuinte* nipc número+fiscal", prefix="PT"),
    rule(
        "pt.cartao",
        "id_card",
        "9n2c1n",
        citizen_card,
        "cartão cartao cidadão cidadao cc bi",
        Alone.GROUPED,
        "8-1-3",
    ),
    rule(
        "ro.cnp",
        "national_id",
        "13",
        cnp,
        "cnp cod+numeric codul+numeric numeric+personal",
        Alone.PLAIN,
        marks="",
    ),
    rule("ro.cui", "tax_id", "6 7 8 9 10", cui, "cui cif", prefix="RO", named=True),
)
