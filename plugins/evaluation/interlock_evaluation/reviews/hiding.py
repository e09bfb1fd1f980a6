"""Answers without the names of models and of their makers, so that nobody reads whose they are.

What is certainly a name is hidden wherever it stands; what is a word or a company as well, only where
somebody says who they are. Style is not hidden: whoever knows a model by how it writes, knows it still.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Final

from interlock_evaluation.reviews.names import AFTERWARDS, AS, INTRODUCTIONS, NAMES, ORDINARY, VARIANTS

MARK: Final = "[name]"
"""Stands where a name stood."""

_BETWEEN = r"[\s\-‐-―._:/]{0,2}"
# Once taken, a variant is not divided in another way: a long row of digits has too many.
_VARIANT = (
    r"(?>[\s\-‐-―:/.]?(?:v?\d+(?:[.,]\d+)*[a-z]{0,2}|"
    + "|".join(sorted(map(re.escape, VARIANTS), key=len, reverse=True))
    + r")(?![^\W\d_]))"
)
# Latin and Cyrillic letters run on to words; other scripts write none apart.
_LETTERS = "a-z0-9а-я"
_WINDOW = 40
_AFTER = 24
_BREAK = re.compile(r"[\n!?。！？]|\.\s")
_PARTS = re.compile(r"\d+|[^\W\d_]+")
_MARKDOWN = "*_`~"
_IDLE = {"latest", "default", "model", "local", "chat", "instruct", "large", "small", "mini", "base"}


class Hiding:
    """Hides names: those that everybody knows, and those of one catalog and run."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        """`names` are of models, such as `zhipu/glm-5.2`, and of their makers."""
        certain, perhaps = _sorted_out(names)
        self._certain = _pattern([*NAMES, *certain])
        self._perhaps = _pattern([*ORDINARY, *perhaps])

    def hidden(self, text: str) -> str:
        """The text with a mark in the place of each name."""
        folded, places = _folded(text)
        spans = [found.span() for found in self._certain.finditer(folded)]
        spans += self._introduced(folded)
        if not spans:
            return text
        parts, at = [], 0
        for start, end in _joined(spans):
            first, last = places[start], places[end - 1] + 1
            if first < at:
                continue
            parts += [text[at:first], MARK]
            at = last
        return "".join([*parts, text[at:]])

    def _introduced(self, folded: str) -> list[tuple[int, int]]:
        """Ordinary words by which somebody says who they are."""
        found = [each.span() for each in self._perhaps.finditer(folded)]
        if not found:
            return []
        cues = sorted(each.end() for each in _introductions().finditer(folded))
        spans = []
        for start, end in found:
            at = bisect_left(cues, start + 1) - 1
            near = at >= 0 and start - cues[at] <= _WINDOW and not _BREAK.search(folded, cues[at], start)
            before = folded[max(0, start - _AFTER) : start]
            after = folded[end : end + _AFTER]
            named = _as().search(before) and re.match(r"\s*,", after)
            if near or named or _afterwards().match(after) or _is_signature(folded, start, end):
                spans.append((start, end))
        return spans


def _sorted_out(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """What is certainly a name, and what may be a word: single words without a number."""
    certain, perhaps = [], []
    for name in names:
        for part in {name, *name.split("/")}:
            words = _PARTS.findall(part)
            if len(words) > 1:
                certain.append(part)
            # A name's first word is what models call themselves by; the id of a deployment is a word.
            if words and len(words[0]) > 2 and words[0].lower() not in _IDLE and "/" in name:  # noqa: PLR2004 - letters
                perhaps.append(words[0])
    return certain, perhaps


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    """Any of the names, the longest first, with what says which of its models."""
    folded = {_folded(name)[0].strip() for name in names} - {""}
    each = (
        _BETWEEN.join(map(re.escape, _PARTS.findall(name) if name.isascii() else name.split()))
        + ("s?" if name.isascii() else "[а-я]{0,3}")
        for name in sorted(folded, key=lambda name: (-len(name), name))
        if _PARTS.search(name)
    )
    return re.compile(rf"(?<![{_LETTERS}])(?:{'|'.join(each)}){_VARIANT}*+(?![{_LETTERS}])")


def _words(words: Sequence[str]) -> str:
    folded = {_folded(word)[0] for word in words}
    return "|".join(_bounded(word) for word in sorted(folded, key=lambda word: (-len(word), word)))


def _bounded(word: str) -> str:
    """A word that is no part of another one; scripts that write words together have no bounds."""
    before, after = (re.match(f"[{_LETTERS}]", word[at]) for at in (0, -1))
    return (f"(?<![{_LETTERS}])" if before else "") + re.escape(word) + (f"(?![{_LETTERS}])" if after else "")


@cache
def _introductions() -> re.Pattern[str]:
    return re.compile(_words(INTRODUCTIONS))


@cache
def _afterwards() -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{_words(AFTERWARDS)})")


@cache
def _as() -> re.Pattern[str]:
    return re.compile(rf"(?:{_words(AS)})\s+$")


def _is_signature(folded: str, start: int, end: int) -> bool:
    """Whether it is all that the last line says."""
    line = folded[folded.rfind("\n", 0, start) + 1 : start]
    alone = re.fullmatch(r"[\s\-‐-―]*", line) and re.fullmatch(r"[\s.!]*", folded[end:])
    return bool(alone and folded[:start].strip())


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that meet as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def _folded(text: str) -> tuple[str, list[int]]:
    """The text without case, accents, emphasis and what cannot be seen, and where each character stood."""
    parts, places = [], []
    for at, character in enumerate(text):
        for each in _plain(character):
            parts.append(each)
            places.append(at)
    return "".join(parts), places


@lru_cache(maxsize=8192)
def _plain(character: str) -> str:
    if character in _MARKDOWN:
        return ""
    decomposed = unicodedata.normalize("NFKD", character).casefold()
    return "".join(each for each in decomposed if unicodedata.category(each) not in ("Mn", "Cf", "Me"))
