"""Telephone numbers: how long they are in each country, and how each country writes its own.

From the ITU's E.164 list of country codes and the national plans it names.
"""

import re
from collections.abc import Callable

from interlock_privacy.detection.context import HAN
from interlock_privacy.detection.rules import Alone, rule
from interlock_privacy.detection.things import CALLS

__all__ = ["RULES", "international"]

# Country code: digits after it.
_LENGTHS_AS_TEXT = (
    "1:10 7:10 20:8-10 27:9 30:10 31:9 32:8-9 33:9 34:9 36:8-9 39:6-11 40:9 41:9 43:7-13 44:9-10 "
    "45:8 46:7-10 47:8 48:9 49:6-12 51:8-9 52:10-11 53:8 54:10-11 55:10-11 56:9 57:8-10 58:10 "
    "60:7-10 61:9 62:8-12 63:8-10 64:8-10 65:8 66:8-9 81:9-10 82:8-10 84:9-10 86:10-12 90:10 91:10 "
    "92:9-10 93:9 94:9 95:7-10 98:10 211:9 212:9 213:8-9 216:8 218:9 220:7 221:9 222:8 223:8 224:9 "
    "225:10 226:8 227:8 228:8 229:8-10 230:7-8 231:7-9 232:8 233:9 234:8-10 235:8 236:8 237:9 238:7 "
    "239:7 240:9 241:7-8 242:9 243:9 244:9 245:7-9 248:7 249:9 250:9 251:9 252:7-9 253:8 254:9 255:9 "
    "256:9 257:8 258:8-9 260:9 261:9 262:9 263:9 264:8-9 265:7-9 266:8 267:7-8 268:8 269:7 291:7 "
    "297:7 298:6 299:6 350:8 351:9 352:6-9 353:7-9 354:7-9 355:8-9 356:8 357:8 358:6-11 359:8-9 "
    "370:8 371:8 372:7-8 373:8 374:8 375:9 376:6-9 377:8-9 378:6-10 380:9 381:8-9 382:8 383:8-9 "
    "385:8-9 386:8 387:8-9 389:8 420:9 421:9 423:7-9 501:7 502:8 503:8 504:8 505:8 506:8 507:7-8 "
    "509:8 590:9 591:8 592:7 593:8-9 594:9 595:9 596:9 597:6-7 598:8 599:7-8 670:7-8 673:7 675:7-8 "
    "676:5-7 677:5-7 679:7 685:5-7 687:6 689:8 850:8-10 852:8 853:8 855:8-9 856:8-10 880:8-10 "
    "886:8-9 960:7 961:7-8 962:8-9 963:8-9 964:8-10 965:8 966:8-9 967:7-9 968:8 970:8-9 971:8-9 "
    "972:8-9 973:8 974:8 975:7-8 976:8 977:8-10 992:9 993:8 994:9 995:9 996:9 998:9 "
)
_LENGTHS = {
    int(code): tuple(map(int, lengths.split("-")))
    for code, _, lengths in (each.partition(":") for each in _LENGTHS_AS_TEXT.split())
}
# A country's code and its numbers.
_SHORTEST = 7


def international(value: str) -> bool:
    """Whether digits that stood after a + are a country's code and as many as its numbers have."""
    if len(value) < _SHORTEST:
        return False
    for size in (1, 2, 3):
        bounds = _LENGTHS.get(int(value[:size]))
        if bounds is not None and value[0] != "0":
            low, high, rest = bounds[0], bounds[-1], value[size:]
            # A trunk prefix in brackets, as in +44 (0) 20, is written by many.
            trunk = rest[0] == "0" and value[:2] != "39" and low <= len(rest) - 1 <= high
            return trunk or (low <= len(rest) <= high and len(set(rest)) > 1)
    return False


def _like(pattern: str) -> Callable[[str], bool]:
    known = re.compile(pattern).fullmatch
    return lambda value: known(value) is not None and len(set(value)) > 2


# Country, lengths, the digits as dialled at home, and the groups in which they are written there.
_PLANS = (
    ("us", "10", r"[2-9]\d\d[2-9]\d{6}", "3-3-4", Alone.GROUPED),
    ("us_long", "11", r"1[2-9]\d\d[2-9]\d{6}", "1-3-3-4", Alone.GROUPED),
    ("fr", "10", r"0[1-9]\d{8}", "2-2-2-2-2", Alone.GROUPED),
    ("uk", "10 11", r"0[1237]\d{8,9}", "5-6 5-3-3 3-4-4 4-3-4 4-7", Alone.GROUPED),
    ("de", "9 10 11 12", r"0[1-9]\d{7,10}", "4-7 4-8 3-8 3-7 5-6 4-6 5-5 4-3-4 4-4-4 3-4-4", Alone.LABELLED),
    ("at", "10 11 12", r"0[1-9]\d{8,10}", "4-7 4-3-4 4-6", Alone.LABELLED),
    ("ch", "10", r"0[1-9]\d{8}", "3-3-2-2", Alone.GROUPED),
    ("be", "9 10", r"0[1-9]\d{7,8}", "4-2-2-2 2-3-2-2 3-2-2-2", Alone.GROUPED),
    ("nl", "10", r"0[1-9]\d{8}", "2-8 3-7 4-6 2-4-4 3-3-4", Alone.GROUPED),
    ("es", "9", r"[6-9]\d{8}", "3-2-2-2 3-3-3", Alone.LABELLED),
    ("it", "9 10 11", r"(?:3\d{8,9}|0[1-9]\d{7,9})", "3-3-4 3-7 2-8 2-4-4", Alone.LABELLED),
    ("pt", "9", r"[29]\d{8}", "3-3-3", Alone.LABELLED),
    ("pl", "9", r"[1-9]\d{8}", "3-3-3 2-3-2-2", Alone.LABELLED),
    ("cz", "9", r"[2-79]\d{8}", "3-3-3", Alone.LABELLED),
    ("sk", "10", r"0[2-9]\d{8}", "4-3-3 4-6", Alone.LABELLED),
    ("hu", "11", r"06[1-9]\d{8}", "2-2-3-4", Alone.GROUPED),
    ("ro", "10", r"0[237]\d{8}", "4-3-3", Alone.GROUPED),
    ("bg", "10", r"0[89]\d{8}", "4-3-3 3-3-4", Alone.LABELLED),
    ("gr", "10", r"[26]\d{9}", "3-7 3-3-4", Alone.LABELLED),
    ("hr", "9 10", r"0[1-9]\d{7,8}", "3-3-4 3-3-3 3-4-3", Alone.LABELLED),
    ("se", "9 10", r"0[1-9]\d{7,8}", "3-3-2-2 3-7 2-3-3-2", Alone.GROUPED),
    ("no", "8", r"[2-9]\d{7}", "2-2-2-2 3-2-3", Alone.LABELLED),
    ("dk", "8", r"[2-9]\d{7}", "2-2-2-2", Alone.LABELLED),
    ("fi", "9 10", r"0[1-9]\d{7,8}", "3-3-4 3-7 2-3-4", Alone.LABELLED),
    ("tr", "11", r"0[2-5]\d{9}", "4-3-2-2 4-3-4 1-3-3-2-2", Alone.GROUPED),
    ("ru", "11", r"8[3489]\d{9}", "1-3-3-2-2 1-3-3-4 1-3-7", Alone.GROUPED),
    ("ua", "10", r"0[3-9]\d{8}", "3-3-2-2", Alone.GROUPED),
    ("il", "9 10", r"0[2-9]\d{7,8}", "3-7 2-7 3-3-4", Alone.GROUPED),
    ("in", "10 11", r"0?[6-9]\d{9}", "5-5", Alone.GROUPED),
    ("cn", "11", r"1[3-9]\d{9}", "3-4-4", Alone.GROUPED),
    ("cn_city", "11 12", r"0(?:10|2\d|[3-9]\d\d)\d{7,8}", "3-8 4-7 4-8 3-4-4 4-4-4", Alone.GROUPED),
    ("tw", "9 10", r"0[2-9]\d{7,8}", "4-3-3 2-4-4 4-6", Alone.GROUPED),
    ("hk", "8", r"[235-9]\d{7}", "4-4", Alone.LABELLED),
    ("jp", "10 11", r"0[1-9]\d{8,9}", "3-4-4 2-4-4", Alone.GROUPED),
    ("kr", "9 10 11", r"0(?:2|1\d|[3-6]\d|70)\d{7,8}", "3-4-4 2-4-4 3-3-4 2-3-4", Alone.GROUPED),
    ("sg", "8", r"[3689]\d{7}", "4-4", Alone.LABELLED),
    ("my", "10 11", r"01\d{8,9}", "3-7 3-8 3-3-4 3-4-4", Alone.GROUPED),
    ("th", "9 10", r"0[2-9]\d{7,8}", "3-3-4 2-3-4", Alone.GROUPED),
    ("id", "10 11 12 13", r"08\d{8,11}", "4-4-4 4-4-3 4-4-5", Alone.GROUPED),
    ("vn", "10", r"0[2-9]\d{8}", "4-3-3", Alone.GROUPED),
    ("ph", "11", r"09\d{9}", "4-3-4", Alone.GROUPED),
    ("au", "10", r"0[23478]\d{8}", "4-3-3 2-4-4", Alone.GROUPED),
    ("nz", "9 10", r"0[2-9]\d{7,8}", "3-3-4 2-3-4 3-3-3", Alone.LABELLED),
    ("za", "10", r"0[1-8]\d{8}", "3-3-4", Alone.GROUPED),
    ("br", "10 11", r"[1-9][1-9](?:9\d{8}|[2-5]\d{7})", "2-5-4 2-4-4", Alone.GROUPED),
    ("mx", "10", r"[2-9]\d{9}", "2-4-4 3-3-4", Alone.LABELLED),
    ("ar", "10 11", r"0?[1-9]\d{9}", "2-4-4 3-4-4", Alone.LABELLED),
    ("cl", "9", r"9\d{8}", "1-4-4", Alone.GROUPED),
    ("co", "10", r"3\d{9}", "3-3-4", Alone.GROUPED),
    ("eg", "11", r"01[0125]\d{8}", "3-4-4 4-3-4", Alone.GROUPED),
    ("ae", "10", r"05\d{8}", "3-3-4", Alone.GROUPED),
    ("sa", "10", r"05\d{8}", "3-3-4", Alone.GROUPED),
)

RULES = (
    *(
        rule(
            f"{name.partition('_')[0]}.phone{name[2:]}",
            "phone",
            lengths,
            _like(pattern),
            CALLS,
            alone,
            groups,
        )
        for name, lengths, pattern, groups, alone in _PLANS
    ),
    # In Chinese, a mobile number says by itself what it is.
    rule("cn.mobile", "phone", "11", _like(r"1[3-9]\d{9}"), HAN),
    # Where a word says that it is one, any number of such a length is.
    rule("phone", "phone", "7 8 9 10 11 12 13", _like(r"\d+"), CALLS),
)
