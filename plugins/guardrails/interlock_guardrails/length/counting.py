"""How much a text is, in units that people write bounds in."""

import re
from collections.abc import Iterable
from math import ceil

__all__ = ["amount", "exceeded", "missing"]

# Scripts without spaces: Han, kana, Bopomofo; each character is a word. Hangul has spaces.
_OWN = (
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[{_OWN}]|[^\s{_OWN}]+")
# Between two sentences. A point within a number, an address or a name has no space behind it.
_BETWEEN = re.compile(
    r"(?:[.!?\u2026\u061f\u06d4\u0964\u0965\u0589\u1362][\"'\u2019\u201d\u00bb)\]]*)\s+"
    r"|[\u3002\uff01\uff1f\uff0e]+[\u300d\u300f\u201d\u2019\"']*\s*|\n\s*\n"
)
_SAYS = re.compile(r"\w")
# Characters of one token, by script, as the vocabularies of 2025 have them.
_EAST_ASIAN = re.compile(r"[\u2e80-\uffef\U00020000-\U0003ffff]")
_ASCII_CHARACTERS, _EAST_ASIAN_CHARACTERS, _OTHER_CHARACTERS = 4.0, 1.3, 2.6


def amount(text: str, unit: str) -> int:
    """How many of a unit: characters, words, sentences, or tokens, which are estimated by script, within a
    quarter or so. More text is never less.
    """
    if unit == "characters":
        return len(text)
    if unit == "words":
        words = text.split() if text.isascii() else _WORD.findall(text)
        return sum(_SAYS.search(each) is not None for each in words)
    if unit == "sentences":
        return sum(_SAYS.search(each) is not None for each in _BETWEEN.split(text))
    return ceil(_tokens(text))


def _tokens(text: str) -> float:
    if text.isascii():
        return len(text) / _ASCII_CHARACTERS
    plain, eastern = len(text.encode("ascii", "ignore")), len(_EAST_ASIAN.findall(text))
    others = len(text) - plain - eastern
    return plain / _ASCII_CHARACTERS + eastern / _EAST_ASIAN_CHARACTERS + others / _OTHER_CHARACTERS


def exceeded(text: str, most: Iterable[tuple[str, int]]) -> str | None:
    """The unit of which there is too much, if any."""
    return next((unit for unit, bound in most if amount(text, unit) > bound), None)


def missing(text: str, least: Iterable[tuple[str, int]]) -> str | None:
    """The unit of which there is too little, if any."""
    return next((unit for unit, bound in least if amount(text, unit) < bound), None)
