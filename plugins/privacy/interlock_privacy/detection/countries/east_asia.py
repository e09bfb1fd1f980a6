"""China, Taiwan, Hong Kong, Korea and Japan."""

from operator import mul

from interlock_privacy.detection.checksums import day, digits, iso7064_mod11_2, weighted
from interlock_privacy.detection.rules import Alone, rule

__all__ = ["RULES"]

_PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    ]
)
# Who keeps the register, and of what.
_REGISTERS = frozenset(
    keeper + what
    for keeper, all_of in (
        *(("1", "1239"), ("2", "19"), ("3", "123459"), ("4", "19"), ("5", "123459"), ("6", "129")),
        *(("7", "129"), ("8", "19"), ("9", "123"), ("A", "19"), ("N", "1239"), ("Y", "1")),
    )
    for what in all_of
)
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_SIGNS, _USCC_WEIGHTS = frozenset(_USCC), tuple(3**place % 31 for place in range(17))
_USCC_NUMBERS = bytes.maketrans(_USCC.encode(), bytes(range(len(_USCC))))
_TAIWAN = "ABCDEFGHJKLMNPQRSTUVXYWZIO"


def resident(value: str) -> bool:
    """Place, birth date, serial number, check character; the old one of fifteen digits has no check."""
    if value[:2] not in _PROVINCES:
        return False
    if len(value) == 15:
        return day(1900 + int(value[6:8]), int(value[8:10]), int(value[10:12]))
    return (
        value[17] in "0123456789X"
        and day(int(value[6:10]), int(value[10:12]), int(value[12:14]))
        and iso7064_mod11_2(value)
    )


def uscc(value: str) -> bool:
    """A company's eighteen characters by 31."""
    if (
        value[:2] not in _REGISTERS
        or value[2:4] not in _PROVINCES
        or not value[2:8].isdigit()
        or not (value.isdigit() or _USCC_SIGNS.issuperset(value))
    ):
        return False
    total = sum(map(mul, value.encode().translate(_USCC_NUMBERS), _USCC_WEIGHTS))
    return _USCC[-total % 31] == value[17]


def taiwan(value: str) -> bool:
    """A letter for the place, sex (or a letter for a foreigner), serial number."""
    place = _TAIWAN.index(value[0]) + 10
    second = "ABCD".find(value[1]) if value[1].isalpha() else int(value[1])
    if value[1] not in "1289ABCD":
        return False
    spelt = f"{place}{second}{value[2:]}"
    return weighted(spelt, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)) % 10 == 0


def taiwan_company(value: str) -> bool:
    """Eight digits; digit sums of weighted digits, by five since 2023."""
    total = sum(
        sum(divmod(int(each) * weight, 10))
        for each, weight in zip(value, (1, 2, 1, 2, 1, 2, 4, 1), strict=True)
    )
    return total % 5 == 0 or (value[6] == "7" and (total + 1) % 5 == 0)


def hkid(value: str) -> bool:
    """One or two letters, six digits, a check character."""
    letters, number, check = value[:-7], value[-7:-1], value[-1]
    if check not in "0123456789A":
        return False
    numbers = [36, *(ord(each) - 55 for each in letters)][-2:] + digits(number)
    total = sum(each * weight for each, weight in zip(numbers, range(9, 1, -1), strict=True))
    return (total + (10 if check == "A" else int(check))) % 11 == 0


def rrn(value: str) -> bool:
    """Birth date, sex and century, place, check digit; since October 2020 the last six are random."""
    century = {"9": 1800, "0": 1800, "1": 1900, "2": 1900, "5": 1900, "6": 1900}.get(value[6], 2000)
    if not day(century + int(value[:2]), int(value[2:4]), int(value[4:6])):
        return False
    if century + int(value[:2]) >= 2020:
        return True
    return (11 - weighted(value, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11) % 10 == int(value[12])


def checked_rrn(value: str) -> bool:
    """One that has a check digit, of somebody born from 1930 to 2012."""
    century, year = value[6], int(value[:2])
    born = (century in "1256" and year >= 30) or (century in "3478" and year <= 12)
    return (
        born
        and rrn(value)
        and (11 - weighted(value, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11) % 10 == int(value[12])
    )


def brn(value: str) -> bool:
    """A business's ten digits."""
    total = weighted(value, (1, 3, 7, 1, 3, 7, 1, 3, 5)) + int(value[8]) * 5 // 10
    return value[:3] >= "101" and -total % 10 == int(value[9])


def my_number(value: str) -> bool:
    """Twelve digits by eleven."""
    rest = weighted(value, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return len(set(value)) > 1 and (0 if rest < 2 else 11 - rest) == int(value[11])


def corporate(value: str) -> bool:
    """The check digit stands first, by nine."""
    return 9 - weighted(value[1:], (2, 1) * 6) % 9 == int(value[0])


def chinese_passport(value: str) -> bool:
    """E, G, D, S or P, and eight characters: nothing is checked."""
    return value[0] in "EGDSPHKM"


_PASSPORT = "护照* 護照* passport*"
_RRN = "주민등록 주민번호 외국인등록 rrn"
_EAST_ASIAN = "[\u3040-\u9fff\uac00-\ud7af]"

RULES = (
    rule(
        "cn.resident_id",
        "national_id",
        "18 17n1a",
        resident,
        "身份证 居民身份 公民身份 证件号 身份號",
        Alone.SURE,
    ),
    rule("cn.resident_id_15", "national_id", "15", resident, "身份证 居民身份 证件号"),
    rule(
        "cn.uscc",
        "company_id",
        "18c 18",
        uscc,
        "信用代码 统一社会 税号 纳税人 社会信用",
        Alone.PLAIN,
        "2-6-9-1 4-4-4-4-2 1-1-6-9-1",
    ),
    rule("cn.passport", "passport", "1a8n 2a7n", chinese_passport, _PASSPORT, named=True),
    rule(
        "tw.national_id",
        "national_id",
        "1a9n 2a8n",
        taiwan,
        "身分證 身份證 居留證 統一證號",
        Alone.PLAIN,
        beside=_EAST_ASIAN,
    ),
    rule("tw.company", "company_id", "8", taiwan_company, "統一編號 統編"),
    rule(
        "hk.hkid",
        "national_id",
        "1a7n 2a7n 1a6n1a 2a6n1a",
        hkid,
        "hkid 身份證 身分證 身份证",
        Alone.GROUPED,
        "7-1 8-1",
        marks="",
    ),
    rule("kr.rrn", "national_id", "13", checked_rrn, _RRN, Alone.PLAIN, "6-7"),
    rule("kr.rrn_of_2020", "national_id", "13", rrn, _RRN, Alone.GROUPED, "6-7", marks="-"),
    rule(
        "kr.brn",
        "company_id",
        "10",
        brn,
        "사업자등록번호 사업자등록 사업자 brn",
        Alone.GROUPED,
        "3-2-5",
        marks="-",
    ),
    rule(
        "kr.passport",
        "passport",
        "1a8n 1a3n1a4n",
        lambda value: value[0] in "MSRGD",
        "여권 passport*",
        named=True,
    ),
    rule(
        "jp.my_number",
        "national_id",
        "12",
        my_number,
        "マイナンバー 個人番号 mynumber",
        Alone.LABELLED,
        "4-4-4",
    ),
    rule("jp.corporate", "company_id", "13", corporate, "法人番号 登録番号 インボイス", prefix="T"),
    rule(
        "jp.passport",
        "passport",
        "2a7n",
        lambda value: value[0] in "TMN",
        "パスポート 旅券 passport*",
        named=True,
    ),
)
