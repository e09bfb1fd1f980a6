"""India, Pakistan, Singapore, Malaysia, Thailand, Indonesia, Vietnam and the Philippines."""

from interlock_privacy.detection.checksums import digits, luhn, short_day, verhoeff, weighted
from interlock_privacy.detection.rules import ELSEWHERE, Alone, rule

__all__ = ["RULES"]

_STATES_MY = frozenset(
    (
        *range(1, 17),
        *range(21, 60),
        *range(60, 69),
        71,
        72,
        74,
        75,
        76,
        77,
        78,
        79,
        82,
        83,
        *range(84, 94),
        98,
        99,
    )
)
_PROVINCES_ID = frozenset(
    (*range(11, 22), *range(31, 37), *range(51, 54), *range(61, 66), *range(71, 77), 81, 82, *range(91, 98))
)
_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def aadhaar(value: str) -> bool:
    """Twelve digits that do not begin with 0 or 1, and read differently backwards."""
    return value[0] not in "01" and value != value[::-1] and verhoeff(value)


def pan(value: str) -> bool:
    """Its fourth letter says whose it is."""
    return value[3] in "PCHABGJLFTK" and value[5:9] != "0000"


def gstin(value: str) -> bool:
    """State, PAN, number, Z, check character."""
    if (
        (not 1 <= int(value[:2]) <= 38 and value[:2] not in ("97", "99"))
        or not pan(value[2:12])
        or value[13] != "Z"
    ):
        return False
    total = sum(
        sum(divmod(_BASE36.index(each) * (1, 2)[place % 2], 36)) for place, each in enumerate(value[:14])
    )
    return _BASE36[-total % 36] == value[14]


def epic(value: str) -> bool:
    """A voter's: three letters and seven digits, Luhn's."""
    return luhn(value[3:])


def cnic(value: str) -> bool:
    """Province, place, serial number, sex: nothing is summed."""
    return value[0] in "1234567" and value[12] != "0"


def nric(value: str) -> bool:
    """A letter for the century or for foreigners, seven digits, a check letter."""
    total = weighted(value[1:], (2, 7, 6, 5, 4, 3, 2))
    kind = value[0]
    if kind in "ST":
        return "JZIHGFEDCBA"[(total + 4 * (kind == "T")) % 11] == value[8]
    if kind in "FG":
        return "XWUTRQPNMLK"[(total + 4 * (kind == "G")) % 11] == value[8]
    return kind == "M" and "KLJNPQRTUWX"[10 - (total + 3) % 11] == value[8]


def mykad(value: str) -> bool:
    """Birth date, place of birth, serial number: nothing is summed."""
    return short_day(value[:6]) and int(value[6:8]) in _STATES_MY


def thai(value: str) -> bool:
    """Twelve digits by eleven."""
    total = weighted(value, range(13, 1, -1))
    return value[0] in "12345678" and (11 - total % 11) % 10 == int(value[12])


def nik(value: str) -> bool:
    """Place, birth date (its day raised by 40 for women), serial number: nothing is summed."""
    number = int(value[6:8]) % 40
    return (
        int(value[:2]) in _PROVINCES_ID
        and 1 <= number <= 31
        and 1 <= int(value[8:10]) <= 12
        and value[12:] != "0000"
    )


def npwp(value: str) -> bool:
    """Nine digits with Luhn's, an office, a branch."""
    return luhn(value[:9]) and int(value[:9]) > 0


def vietnamese(value: str) -> bool:
    """Province, sex and century, year, serial number: nothing is summed."""
    return 1 <= int(value[:3]) <= 96 and value[3] in "0123"


def vietnamese_tax(value: str) -> bool:
    """Ten digits, three more for a branch."""
    return 10 - weighted(value, (31, 29, 23, 19, 17, 13, 7, 5, 3)) % 11 == int(value[9])


def unchecked(value: str) -> bool:
    """Nothing is published to check."""
    return len(set(digits(value))) > 2


RULES = (
    rule(
        "in.aadhaar",
        "national_id",
        "12",
        aadhaar,
        "aadhaar aadhar uidai आधार",
        Alone.GROUPED,
        "4-4-4",
        marks=" ",
    ),
    rule("in.pan", "tax_id", "5a4n1a", lambda value: value[3] == "P" and pan(value), "pan", Alone.PLAIN),
    rule("in.pan_of_others", "tax_id", "5a4n1a", pan, "pan"),
    rule("in.gstin", "tax_id", "2n5a4n1a1c1a1c", gstin, "gstin gst", Alone.SURE),
    rule("in.epic", "national_id", "3a7n", epic, "epic voter+id voters+id voter+card", named=True),
    rule("in.passport", "passport", "1a7n", lambda value: value[0] not in "QXZ", "passport*", named=True),
    rule(
        "pk.cnic",
        "national_id",
        "13",
        cnic,
        "cnic nicop",
        Alone.GROUPED,
        "5-7-1",
        marks="-",
        beside=ELSEWHERE,
    ),
    rule("sg.nric", "national_id", "1a7n1a", nric, "nric fin", Alone.PLAIN),
    rule(
        "my.mykad",
        "national_id",
        "12",
        mykad,
        "mykad nric pengenalan ic",
        Alone.GROUPED,
        "6-2-4",
        marks="-",
        named=True,
    ),
    rule(
        "th.id", "national_id", "13", thai, "บัตรประชาชน ประชาชน ประจำ", Alone.GROUPED, "1-4-5-2-1", marks=" -"
    ),
    rule("id.nik", "national_id", "16", nik, "nik ktp kependudukan"),
    rule("id.npwp", "tax_id", "15", npwp, "npwp", Alone.GROUPED, "2-3-3-1-3-3", marks=".-"),
    rule("vn.cccd", "national_id", "12", vietnamese, "cccd cmnd căn+cước can+cuoc", named=True),
    rule("vn.mst", "tax_id", "10 13", vietnamese_tax, "mst mã+số+thuế", groups="10-3"),
    rule("ph.tin", "tax_id", "9 12", unchecked, "tin", groups="3-3-3 3-3-3-3", named=True),
    rule("ph.sss", "national_id", "10", unchecked, "sss umid", groups="2-7-1", named=True),
    rule(
        "ph.philsys",
        "national_id",
        "12 16",
        unchecked,
        "philsys pcn psn philid",
        groups="4-4-4-4 4-4-4",
        named=True,
    ),
)
