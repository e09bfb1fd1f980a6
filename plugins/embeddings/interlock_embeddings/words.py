"""A prompt's words as places in a table: what an embedding blurs, such as signs, numbers and first words."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final
from zlib import crc32

__all__ = ["PLACES", "places"]

PLACES: Final = 1 << 14
"""The table's length. Two features may share a place, and few of them matter to the same prompt."""

_PIECES: Final = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")
_SHORT: Final = 4  # letters that begin a word and say most of what it means
_LONGER: Final = 6
_EAST_ASIAN: Final = "\u2e80"


def places(text: str) -> list[int]:
    """The places of the words, pairs of neighbours and beginnings of words in a text, ascending."""
    return sorted({crc32(each.encode("utf-8", "replace")) % PLACES for each in _features(text)})


def _features(text: str) -> Iterator[str]:
    words = ["0" if each[0].isdigit() else each for each in _PIECES.findall(text.lower())]
    yield from words
    bounded = ["^", *words, "$"]
    for left, right in pairwise(bounded):
        yield f"{left} {right}"
    for word in words:
        if word[0] >= _EAST_ASIAN:
            yield from word
            yield from (word[at : at + 2] for at in range(len(word) - 1))
        elif len(word) >= _SHORT and word.isalpha():
            yield f"_{word[:_SHORT]}"
            if len(word) > _LONGER:
                yield f"_{word[:_LONGER]}"
