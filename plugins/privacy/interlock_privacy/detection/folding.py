"""One spelling for what is typed in several: full-width characters, dashes, spaces, digits of other scripts.

A character becomes exactly one character, so that places in the folded text are places in the text.
"""

import re

__all__ = ["UNSEEN", "compact", "folded"]

# What has no width: it may stand anywhere inside a value, and means nothing there.
UNSEEN = "\u200b"

_DIGITS_FROM = (
    0x0660, 0x06F0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0x0ED0,
    0x0F20, 0x1040, 0x17E0, 0x1810,
)  # fmt: skip
_TABLE = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **{first + value: str(value) for first in _DIGITS_FROM for value in range(10)},
    **dict.fromkeys((0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 0x2028, 0x2029), " "),
    **dict.fromkeys((*range(0x2010, 0x2016), 0x2043, 0x2212, 0xFE58, 0xFE63, 0xFF70), "-"),
    **dict.fromkeys((0xAD, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF), UNSEEN),
    **dict.fromkeys((0x2024, 0x2027, 0x00B7, 0x30FB, 0xFF65), "."),
    **dict.fromkeys((0x2018, 0x2019, 0x201B), "'"),
}
# Math digits, five alphabets of ten, lie beyond the first plane.
_TABLE.update({0x1D7CE + place: str(place % 10) for place in range(50)})


def _ranges(codes: list[int]) -> str:
    """Those characters as the inside of a character class."""
    parts, first = [], codes[0]
    for left, right in zip(codes, [*codes[1:], -1], strict=True):
        if right != left + 1:
            parts.append(f"{chr(first)}-{chr(left)}")
            first = right
    return "".join(parts)


_FOREIGN = re.compile(f"[{_ranges(sorted(_TABLE))}]+")


def folded(text: str) -> str:
    """The text with one spelling of each such character, as long as it was."""
    return text if text.isascii() else _FOREIGN.sub(lambda run: run[0].translate(_TABLE), text)


_ASCII = b" \t\n\r-./()"
_SEPARATORS = str.maketrans("", "", _ASCII.decode() + UNSEEN)


def compact(text: str) -> str:
    """Without separators, letters as capitals."""
    if text.isascii():
        return text.encode().translate(None, _ASCII).decode().upper()
    return text.translate(_SEPARATORS).upper()
