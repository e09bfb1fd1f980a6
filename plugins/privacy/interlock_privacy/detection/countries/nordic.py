"""Sweden, Norway, Denmark, Finland, Iceland, Estonia, Latvia and Lithuania."""

from interlock_privacy.detection.checksums import calendar, day, luhn, short_day, weighted
from interlock_privacy.detection.rules import Alone, rule

__all__ = ["RULES"]

_NORWEGIAN_DAYS, _BALTIC_DAYS = calendar(months=(0, 40, 80), days=(0, 40, 80), order="dm"), calendar()
_HETU = "0123456789ABCDEFHJKLMNPRSTUVWXY"


def personnummer(value: str) -> bool:
    """Birth date (its day raised by 60 for a coordination number), serial number, Luhn's digit."""
    short = value[-10:]
    date = f"{short[:4]}{int(short[4:6]) % 60:02}"
    return short_day(date) and luhn(short) and (len(value) == 10 or value[:2] in ("18", "19", "20"))


def swedish_company(value: str) -> bool:
    """Its third digit is at least 2, so that it is no birth date."""
    return value[0] in "125789" and value[2] >= "2" and luhn(value)


def fodselsnummer(value: str) -> bool:
    """Birth date (raised by 40 for a D number), serial number, two check digits."""
    if value[:4] not in _NORWEGIAN_DAYS:
        return False
    number, month = int(value[:2]) % 40, int(value[2:4]) % 40
    year, serial = int(value[4:6]), int(value[6:9])
    if serial < 500 or (serial >= 900 and year >= 40):
        year += 1900
    elif serial < 750 and year >= 54:
        year += 1800
    elif year < 40:
        year += 2000
    if not day(year, month, number):
        return False
    first = (11 - weighted(value, (3, 7, 6, 1, 8, 9, 4, 5, 2)) % 11) % 11
    second = (11 - weighted(value, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11) % 11
    return first == int(value[9]) and second == int(value[10])


def norwegian_company(value: str) -> bool:
    """Nine digits by eleven."""
    return value[0] in "89" and (11 - weighted(value, (3, 2, 7, 6, 5, 4, 3, 2)) % 11) % 11 == int(value[8])


def cpr(value: str) -> bool:
    """A birth date; since 2007 the check digit says nothing."""
    return short_day(value[:6], order="dmy")


def cvr(value: str) -> bool:
    """Eight digits by eleven."""
    return value[0] != "0" and weighted(value, (2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def hetu(value: str) -> bool:
    """Birth date, century, serial number, and the character of the rest by 31; a - may have been left out."""
    serial = value[-4:-1]
    if len(value) == 11 and value[6] not in "ABCDEFUVWXY":
        return False
    if not short_day(value[:6], order="dmy") or not serial.isdigit() or int(serial) < 2:
        return False
    return _HETU[int(value[:6] + serial) % 31] == value[-1]


def finnish_company(value: str) -> bool:
    """Seven digits and their check digit."""
    return (11 - weighted(value, (7, 9, 10, 5, 8, 4, 2)) % 11) % 11 == int(value[7])


def kennitala(value: str) -> bool:
    """Birth date (its day raised by 40 for a company), serial and check digit, century."""
    year = {"9": 1900, "0": 2000}.get(value[9], 0) + int(value[4:6])
    return (
        day(year, int(value[2:4]), int(value[:2]) % 40)
        and weighted(value, (3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0
    )


def baltic(value: str) -> bool:
    """Estonia's and Lithuania's: sex and century, birth date, serial number, two rounds of weights."""
    if value[3:7] not in _BALTIC_DAYS or not "1" <= value[0] <= "8":
        return False
    if not day(1800 + (int(value[0]) - 1) // 2 * 100 + int(value[1:3]), int(value[3:5]), int(value[5:7])):
        return False
    rest = weighted(value, (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)) % 11
    if rest == 10:
        rest = weighted(value, (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)) % 11 % 10
    return rest == int(value[10])


def latvian(value: str) -> bool:
    """Birth date and century, serial number; those of after 2017 begin with 32 and check nothing."""
    if value[:2] == "32":
        return True
    if not day(
        (1800, 1900, 2000)[int(value[6])] + int(value[4:6]) if value[6] in "012" else 0,
        int(value[2:4]),
        int(value[:2]),
    ):
        return False
    return (1 + weighted(value, (10, 5, 8, 4, 2, 1, 6, 3, 7, 9))) % 11 % 10 == int(value[10])


def latvian_new(value: str) -> bool:
    """Those of after 2017 begin with 32, and check nothing."""
    return value[:2] == "32"


RULES = (
    rule(
        "se.personnummer",
        "national_id",
        "10 12",
        personnummer,
        "personnummer* personnr pnr samordningsnummer*",
        Alone.GROUPED,
        "6-4 8-4",
        marks="-",
    ),
    rule(
        "se.orgnr",
        "company_id",
        "10",
        swedish_company,
        "organisationsnummer* orgnr org+nr",
        Alone.GROUPED,
        "6-4",
        marks="-",
    ),
    rule(
        "se.vat",
        "tax_id",
        "12",
        lambda value: value[10:] == "01" and luhn(value[:10]),
        "moms* vat",
        prefix="SE",
    ),
    rule(
        "no.fodselsnummer",
        "national_id",
        "11",
        fodselsnummer,
        "fødselsnummer* fodselsnummer* personnummer* fnr",
        Alone.PLAIN,
        "6-5",
    ),
    rule(
        "no.orgnr",
        "company_id",
        "9",
        norwegian_company,
        "organisasjonsnummer* orgnr org+nr foretaksnummer* foretaksregister*",
        prefix="NO",
    ),
    rule("dk.cpr", "national_id", "10", cpr, "cpr cpr* personnummer*", Alone.GROUPED, "6-4", marks="- "),
    rule("dk.cvr", "company_id", "8", cvr, "cvr cvr* moms", prefix="DK"),
    rule(
        "fi.hetu",
        "national_id",
        "6n1a3n1c 9n1c 10",
        hetu,
        "hetu henkilötunnus* henkilotunnus* personbeteckning*",
        Alone.GROUPED,
        "6-4",
    ),
    rule(
        "fi.ytunnus",
        "company_id",
        "8",
        finnish_company,
        "ytunnus* y+tunnus yritystunnus* alv+numero alv+tunnus",
        Alone.LABELLED,
        "7-1",
        "FI",
    ),
    rule(
        "is.kennitala",
        "national_id",
        "10",
        kennitala,
        "kennitala* kt kennitölu",
        Alone.GROUPED,
        "6-4",
        marks="-",
    ),
    rule("ee.isikukood", "national_id", "11", baltic, "isikukood*", Alone.PLAIN),
    rule("lt.asmens_kodas", "national_id", "11", baltic, "asmens+kodas asmens+kodo asmens+kodą", Alone.PLAIN),
    rule(
        "lv.personas_kods",
        "national_id",
        "11",
        latvian,
        "personas+kods personas+kodu personas+koda",
        Alone.GROUPED,
        "6-5",
        marks="-",
    ),
)
