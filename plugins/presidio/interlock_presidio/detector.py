"""The detector: Presidio's results as findings."""

import re
from collections.abc import Iterable, Mapping
from typing import Final
from unicodedata import category

from interlock.protocols import API
from interlock.types.findings import Finding
from interlock_presidio.engine import Engine, Seen, engine_of, lacking
from interlock_presidio.options import Options
from interlock_presidio.slicing import slices

__all__ = ["KINDS", "Presidio"]

KINDS: Final[Mapping[str, str]] = {
    "PERSON": "person",
    "LOCATION": "location",
    "ORGANIZATION": "organization",
}
"""Presidio's entity -> the kind of a finding."""

_LETTER: Final = re.compile(r"[^\W\d_]")
_HALVES: Final = re.compile(r"[\ud800-\udfff]")  # no model can read half a character


class Presidio:
    """Finds the kinds person, location and organization. `engine` is what finds them, where it is not the one
    of the process.
    """

    api = API
    name = "presidio"
    kinds = frozenset(KINDS.values())
    options = Options

    def __init__(self, options: Options | None = None, *, engine: Engine | None = None) -> None:
        self._options = options or Options()
        self._given = engine

    def configured(self, options: Options) -> "Presidio":
        return Presidio(options, engine=self._given)

    def lacks(self) -> str:
        """What is not installed, and how to install it; empty where nothing is missing."""
        return "" if self._given else lacking(self._options.chosen)

    def find(self, text: str) -> list[Finding]:
        """What is in the text, in its order; no two overlap.

        Raises:
            PluginError: Presidio or a model is not installed; the message says what to do.
        """
        if not _LETTER.search(text):
            return []
        engine = self._given or engine_of(self._options.chosen)
        readable = _HALVES.sub("\ufffd", text)
        seen = [
            Seen(each.entity, start + each.start, start + each.end, each.score)
            for start, part in slices(readable)
            for language, _ in self._options.chosen
            for each in engine.find(part, language, self._options.threshold)
        ]
        return _findings(text, seen)


def _findings(text: str, seen: Iterable[Seen]) -> list[Finding]:
    """Of those that overlap, the surest, and of several the longest."""
    taken = bytearray(len(text))
    found: list[Finding] = []
    for each in sorted(seen, key=lambda each: (-each.score, each.start - each.end, each.start)):
        start, end = _trimmed(text, each.start, each.end)
        if start >= end or taken.find(1, start, end) >= 0:
            continue
        taken[start:end] = b"\x01" * (end - start)
        value = " ".join(text[start:end].split()).casefold()
        rule = f"presidio.{each.entity.lower()}"
        found.append(Finding(kind=KINDS[each.entity], rule=rule, start=start, end=end, value=value))
    return sorted(found, key=lambda each: each.start)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without quotes, brackets and a genitive, which are no part of a name."""
    while start < end and not _is_said(text[start]):
        start += 1
    while start < end and not _is_said(text[end - 1]):
        end -= 1
    if end - start > len("’s") and text[end - 2 : end] in ("'s", "’s"):
        end -= 2
    return start, end


def _is_said(sign: str) -> bool:
    """Letters and digits, and the marks that stand beside letters in many scripts."""
    return category(sign)[0] in "LMN"
