"""Payment cards: the ranges in use of each scheme, with the lengths of their numbers, and Luhn's digit."""

import re

from interlock_privacy.detection.checksums import luhn
from interlock_privacy.detection.rules import Alone, rule

__all__ = ["RULES", "card"]

# Six digits from and to, and the lengths, as ISO/IEC 7812 and the schemes publish them.
_RANGES = (
    ("Visa", 400000, 499999, (13, 16, 19)),
    ("Mastercard", 510000, 559999, (16,)),
    ("Mastercard", 222100, 272099, (16,)),
    ("American Express", 340000, 349999, (15,)),
    ("American Express", 370000, 379999, (15,)),
    ("Diners Club", 300000, 305999, (14, 15, 16, 17, 18, 19)),
    ("Diners Club", 309500, 309599, (14, 16, 19)),
    ("Diners Club", 360000, 369999, (14, 15, 16, 17, 18, 19)),
    ("Diners Club", 380000, 399999, (14, 16, 17, 18, 19)),
    ("Discover", 601100, 601199, (16, 19)),
    ("Discover", 622126, 622925, (16, 19)),
    ("Discover", 644000, 659999, (16, 19)),
    ("JCB", 352800, 358999, (16, 17, 18, 19)),
    ("JCB", 180000, 180099, (15,)),
    ("JCB", 213100, 213199, (15,)),
    ("JCB", 308800, 349999, (16,)),
    ("Maestro", 500000, 509999, (12, 13, 14, 15, 16, 17, 18, 19)),
    ("Maestro", 560000, 589999, (12, 13, 14, 15, 16, 17, 18, 19)),
    ("Maestro", 600000, 699999, (12, 13, 14, 15, 16, 17, 18, 19)),
    ("UnionPay", 620000, 629999, (16, 17, 18, 19)),
    ("UnionPay", 810000, 819999, (16, 17, 18, 19)),
    ("Mir", 220000, 220499, (16, 17, 18, 19)),
    ("RuPay", 820000, 829999, (16,)),
    ("RuPay", 353000, 353999, (16,)),
    ("UzCard", 860000, 860099, (16,)),
    ("Humo", 986000, 986099, (16,)),
    ("Troy", 979200, 979299, (16,)),
    ("Verve", 506099, 506198, (16, 18, 19)),
    ("Hipercard", 637095, 637999, (13, 16, 19)),
    ("Hipercard", 384100, 384199, (16, 19)),
    ("UATP", 100000, 199999, (15,)),
    ("LankaPay", 357111, 357111, (16,)),
)  # fmt: skip


def _by_prefix() -> dict[tuple[int, str], list[tuple[str, str]]]:
    """The ranges of a length that have numbers with these first three digits."""
    table: dict[tuple[int, str], list[tuple[str, str]]] = {}
    for _, first, last, lengths in _RANGES:
        for length in lengths:
            for prefix in range(first // 1000, last // 1000 + 1):
                table.setdefault((length, str(prefix)), []).append((str(first), str(last)))
    return table


_PREFIXES = _by_prefix()
_COMMON = re.compile(
    r"(?:4\d{15}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|"
    r"(?:6011|64[4-9]\d|65\d\d|35(?:2[89]|[3-8]\d)|220[0-4])\d{12}|62\d{14,17})\Z"
)


def card(value: str) -> bool:
    """Whether a scheme gives such numbers, and the last digit is right."""
    ranges = _PREFIXES.get((len(value), value[:3]))
    if ranges is None or len(set(value)) < 2 or not luhn(value):
        return False
    first = value[:6]
    return any(low <= first <= high for low, high in ranges)


def common(value: str) -> bool:
    """A number of the ranges in which most cards are, whose owners write them without a word."""
    return _COMMON.match(value) is not None and card(value)


def numbered(value: str) -> bool:
    """Whether the last digit is right: ranges that are private, or new, where a word says it is a card."""
    return len(set(value)) > 1 and luhn(value)


_WORDS = (
    "card cards card* visa mastercard maestro amex debit credit kart* karty kartą kartę carte tarjeta "
    "carta cartão cartao karte kreditkarte* kreditkort* kort kortti betaalkaart pan 卡号 银行卡 信用卡 "
    "储蓄卡 卡號 カード 카드 карт* κάρτα* cc cvv tarjetas"
)
# Those that are no everyday words.
_NAMES = (
    "card cards cc creditcard* debitcard* visa mastercard maestro amex kreditkart* karty kartą kartę "
    "carte+bancaire carte+de+crédit carte+bleue tarjeta carta+di+credito carta+de+crédito cartão cartao "
    "karte kreditkarte* kreditkort* kortnummer* betalkort* kortti betaalkaart* "
    "卡号 银行卡 信用卡 储蓄卡 卡號 "
    "カード 카드 карты κάρτας tarjetas tarjeta+de+crédito tarjeta+de+débito cartão+de+crédito "
    "cartão+de+débito kredytow* debetow* płatnicz* kreditní* kreditná* platební* "
    "кредитн* дебетов* банковск* платёжн* платіжн* bancaire bancaria "
    "bancária luottokort* pankkikort* hitelkárty* bankkárty* kartı kartım bankomat* creditkaart*"
)

RULES = (
    rule(
        "card",
        "card",
        "15 16 17 18 19",
        common,
        _WORDS,
        Alone.PLAIN,
        "4-4-4-4 4-6-5 4-4-4-4-3 6-13 4-4-4-3",
    ),
    rule(
        "card.rare",
        "card",
        "12 13 14 15 16 17 18 19",
        card,
        _NAMES,
        Alone.GROUPED,
        "4-4-4 4-6-4 4-4-4-1 4-4-4-4-1 4-4-4-4-2 4-4-4-2 4-4-4-4 4-4-4-4-3 6-13 4-4-4-3 4-4-4-7 6-4-4-2",
        named=True,
    ),
    rule("card.other", "card", "12 13 14 15 16 17 18 19", numbered, _NAMES, named=True),
)
