"""Bulgaria, Greece, Cyprus, Malta, Türkiye, Israel, Russia, Ukraine, Belarus, Kazakhstan, Moldova."""

from interlock_privacy.detection.checksums import day, digits, luhn, short_day, weighted
from interlock_privacy.detection.rules import Alone, rule

__all__ = ["RULES"]


_TCKN = (7, -1, 7, -1, 7, -1, 7, -1, 7)


def egn(value: str) -> bool:
    """Birth date, whose month tells the century, serial number."""
    month = int(value[2:4])
    if not day(
        (1900, 1800, 2000)[month // 20] + int(value[:2]) if month < 60 else 0, month % 20, int(value[4:6])
    ):
        return False
    return weighted(value, (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10 == int(value[9])


def bulstat(value: str) -> bool:
    """Nine digits, in two rounds of weights."""
    rest = weighted(value, range(1, 9)) % 11
    if rest == 10:
        rest = weighted(value, range(3, 11)) % 11 % 10
    return rest == int(value[8])


def afm(value: str) -> bool:
    """Nine digits, weighted by powers of two."""
    return int(value) > 0 and weighted(value, (256, 128, 64, 32, 16, 8, 4, 2)) % 11 % 10 == int(value[8])


def amka(value: str) -> bool:
    """Birth date, serial number, Luhn's digit."""
    return short_day(value[:6], order="dmy") and luhn(value)


def cypriot(value: str) -> bool:
    """Eight digits and a letter."""
    odd = sum((1, 0, 5, 7, 9, 13, 15, 17, 19, 21)[each] for each in digits(value[0:8:2]))
    return value[:2] != "12" and chr(65 + (odd + sum(digits(value[1:8:2]))) % 26) == value[8]


def maltese(value: str) -> bool:
    """Eight digits by 37."""
    return value[0] != "0" and weighted(value, (3, 4, 6, 7, 8, 9, 10, 1)) % 37 == 0


def tckn(value: str) -> bool:
    """Eleven digits, two of them checks."""
    return (
        value[0] != "0"
        and weighted(value, _TCKN) % 10 == int(value[9])
        and weighted(value, (1,) * 10) % 10 == int(value[10])
    )


def vkn(value: str) -> bool:
    """Ten digits: powers of two by nine."""
    total = 0
    for place, each in enumerate(digits(value[:9]), 1):
        raised = (each + 10 - place) % 10
        if raised:
            total += (raised * 2 ** (10 - place)) % 9 or 9
    return -total % 10 == int(value[9])


def teudat_zehut(value: str) -> bool:
    """Nine digits, Luhn's."""
    return int(value) > 0 and luhn(value)


def inn(value: str) -> bool:
    """Ten digits of a company, twelve of a person."""
    if value[:2] == "00":
        return False
    if len(value) == 10:
        return weighted(value, (2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10 == int(value[9])
    first = weighted(value, (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10
    second = weighted(value, (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10
    return first == int(value[10]) and second == int(value[11])


def snils(value: str) -> bool:
    """Nine digits and two of a sum by 101."""
    return int(value[:9]) > 1_001_998 and weighted(value, range(9, 0, -1)) % 101 % 100 == int(value[9:])


def ogrn(value: str) -> bool:
    """Thirteen digits of a company by 11, fifteen of a person by 13."""
    return value[0] in "135" and int(value[:-1]) % (11 if len(value) == 13 else 13) % 10 == int(value[-1])


def russian_passport(value: str) -> bool:
    """Region, year of the form, number: nothing is checked."""
    return value[:2] != "00" and len(set(value)) > 2


def rnokpp(value: str) -> bool:
    """Days since 1900, serial number."""
    return int(value[:5]) > 0 and weighted(value, (-1, 5, 7, 9, 4, 6, 10, 5, 7)) % 11 % 10 == int(value[9])


def edrpou(value: str) -> bool:
    """Eight digits; the weights depend on their range."""
    first: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7) if value[0] not in "345" else (7, 1, 2, 3, 4, 5, 6)
    rest = weighted(value, first) % 11
    if rest == 10:
        rest = weighted(value, tuple(each + 2 for each in first)) % 11 % 10
    return rest == int(value[7])


def iin(value: str) -> bool:
    """Birth date, sex and century, serial number; twice weighted."""
    if not short_day(value[:6]) or value[6] not in "0123456":
        return False
    rest = weighted(value, range(1, 12)) % 11
    if rest == 10:
        rest = weighted(value, (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)) % 11
    return rest == int(value[11])


def idnp(value: str) -> bool:
    """Thirteen digits, weights 7, 3, 1."""
    return value[0] in "0129" and weighted(value, (7, 3, 1) * 4) % 10 == int(value[12])


RULES = (
    rule("bg.egn", "national_id", "10", egn, "егн egn", Alone.PLAIN, beside="[а-я]"),
    rule("bg.bulstat", "company_id", "9", bulstat, "булстат bulstat еик eik ддс", prefix="BG"),
    rule("gr.afm", "tax_id", "9", afm, "αφμ afm φορολογικού+μητρώου", prefix="EL GR"),
    rule("gr.amka", "national_id", "11", amka, "αμκα amka", Alone.PLAIN, beside="[α-ω]"),
    rule("cy.tic", "tax_id", "8n1a", cypriot, "tic vat φπα", Alone.LABELLED, prefix="CY"),
    rule("mt.vat", "tax_id", "8", maltese, "vat", prefix="MT"),
    rule("tr.tckn", "national_id", "11", tckn, "tckn tc kimlik kimliği vatandaşlık", Alone.PLAIN, marks=""),
    rule("tr.vkn", "tax_id", "10", vkn, "vkn vergi+numarası vergi+kimlik"),
    rule("il.teudat_zehut", "national_id", "9", teudat_zehut, "teudat zehut זהות תז", Alone.LABELLED),
    rule("ru.inn", "tax_id", "10 12", inn, "инн inn"),
    rule("ru.snils", "national_id", "11", snils, "снилс snils", Alone.GROUPED, "3-3-3-2"),
    rule("ru.ogrn", "company_id", "13 15", ogrn, "огрн* ogrn"),
    rule(
        "ru.passport",
        "passport",
        "10",
        russian_passport,
        "паспорт* паспорт*+серия паспорт*+серии",
        groups="4-6 2-2-6",
        named=True,
    ),
    rule("ua.rnokpp", "tax_id", "10", rnokpp, "рнокпп іпн ипн rnokpp"),
    rule("ua.edrpou", "company_id", "8", edrpou, "єдрпоу едрпоу edrpou"),
    rule("kz.iin", "national_id", "12", iin, "иин жсн iin", Alone.PLAIN, beside="[а-я]"),
    rule("md.idnp", "national_id", "13", idnp, "idnp idno"),
)
