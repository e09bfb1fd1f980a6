"""A long text in slices, cut where names are not."""

import re
from collections import deque
from collections.abc import Iterator
from typing import Final

__all__ = ["LONGEST", "slices"]

LONGEST: Final = 8_000
"""Characters of a slice. A model takes some 40 ms for every 1,000."""
_BORDERS: Final = (re.compile(r"\n\s*\n"), re.compile(r"[.!?…。！？][\"'”’)\]]*\s+|\n"), re.compile(r"\s+"))
"""Between paragraphs, between sentences or lines, between words; best first."""


def slices(text: str, longest: int = LONGEST) -> Iterator[tuple[int, str]]:
    """Where each slice begins, and the slice. Put together they are the text."""
    start = 0
    while len(text) - start > longest:
        end = _border(text, start + longest // 2, start + longest)
        yield start, text[start:end]
        start = end
    if start < len(text):
        yield start, text[start:]


def _border(text: str, least: int, most: int) -> int:
    """The last border of the best kind; where there is none, in the middle of whatever it is."""
    for border in _BORDERS:
        if last := deque(border.finditer(text, least, most), maxlen=1):
            return last[0].end()
    return most
