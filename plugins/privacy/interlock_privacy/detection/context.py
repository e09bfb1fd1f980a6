"""What the words beside a value say of it."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from itertools import filterfalse

from interlock_privacy.detection.things import GOODS, THINGS

__all__ = [
    "AGAINST",
    "ALPHABETS",
    "APART",
    "BEGINS",
    "BEHIND",
    "FIRST",
    "HAN",
    "HEAD",
    "WORD",
    "Labels",
    "plain",
    "runs_together",
]

# A label that stands for any word in Chinese characters.
HAN = "<han>"
# The bit of words that say it is something else.
AGAINST = 1
_SHORT, _COMPOUND = 3, 7
# Letters by which words that begin with a label are looked up; no such label has fewer.
HEAD = 3
_NUMBER = ("番号", "번호", "编号", "編號")
# Letters by which a label may be longer than another one that ends it.
_LONGEST_RUN = 8
# The bit of words that may begin a phrase; of those that only speak against telephone numbers; of those that
# count behind certain words alone; and the first that is free for labels.
BEGINS, APART, BEHIND, FIRST = 2, 4, 8, 16
# How far before a word those are that it counts behind.
_BEHIND_REACH = 40

# Scripts that put spaces between words, and those that put none: 身份证pesel is two words.
ALPHABETS = r"A-Za-z\u00c0-\u0dff\u1e00-\u1fff"
# Thai, Lao, Burmese, Khmer: the signs above and below their letters are no letters to Python.
_SIGNED = r"\u0e01-\u0e4e\u0e81-\u0ecd\u1000-\u103f\u1780-\u17d3"
WORD = re.compile(rf"[{ALPHABETS}]+|[{_SIGNED}]+|[^\W\d_{ALPHABETS}{_SIGNED}]+")
_NO_ACCENT = str.maketrans("łøđı", "lodi")


def plain(word: str) -> str:
    """The word as it is written where there are no accents."""
    if word.isascii():
        return word
    parts = unicodedata.normalize("NFKD", word.translate(_NO_ACCENT))
    return "".join(filterfalse(unicodedata.combining, parts))


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Words, without their accents, as they stand directly before another one."""
    parts = [
        re.escape(plain(word.rstrip("*"))) + (r"[^\W\d_]*" if word.endswith("*") else r"(?:'?s)?")
        for word in words
    ]
    return re.compile(rf"(?<![{ALPHABETS}])" + "".join(rf"{part}[\s_.\-]{{1,3}}" for part in parts) + r"\Z")


def runs_together(word: str) -> bool:
    """Whether its script puts no space between words."""
    return word[0] >= "\u0e00" and not "\u1e00" <= word[0] <= "\u1fff"


class Labels:
    """Words in lower case, each with the bits of what it says; one that ends in * begins words, one
    that begins with it ends them. Of several with + between them the last counts, behind the others.

    `begins` says whether a phrase may begin with a word, or in it where words run together; `heads` are,
    by their first letters, as many as HEAD, the beginnings of all with which one may.
    """

    def __init__(
        self,
        words: Iterable[tuple[str, int]],
        begins: Callable[[str], bool],
        heads: Mapping[str, tuple[str, ...]],
    ) -> None:
        self._begins = begins
        self._words: dict[str, int] = {}
        stems: dict[str, int] = {}
        # Scripts that put no space between words: by two characters, the labels that begin with them.
        self._runs: dict[str, list[tuple[str, int]]] = {}
        self.han = 0
        # What compounds end with, the first that fits.
        self._endings: dict[str, list[tuple[str, int]]] = {}
        # Words that count behind others, by their first letters.
        self._behind: dict[str, list[tuple[str, re.Pattern[str], int]]] = {}
        against = *((each, AGAINST) for each in GOODS.split()), *((each, APART) for each in THINGS.split())
        for listed, meant in (*words, *against):
            word, bit = listed, meant
            if word == HAN:
                self.han |= bit
                continue
            *others, word = word.split("+")
            if others:
                self._behind.setdefault(plain(word)[:HEAD], []).append((word, _pattern(others), bit))
                bit = BEHIND
            bare = word.strip("*")
            if word[0] == "*":
                self._endings.setdefault(bare[-2:], []).append((bare, bit))
                continue
            if runs_together(bare):
                self._runs.setdefault(bare[:2], []).append((bare, bit))
                continue
            # Without its accents, a short word is often another one: tơ is none of "to".
            for each in {bare, plain(bare)} if len(bare) > _SHORT or meant >= FIRST else {bare}:
                table = stems if word.endswith("*") else self._words
                table[each] = table.get(each, 0) | bit
        for listed_runs in self._runs.values():
            listed_runs.sort(key=lambda each: -len(each[0]))
        # By their first letters, the longest first.
        self._stems: dict[str, list[tuple[str, int]]] = {}
        for stem in sorted(stems, key=len, reverse=True):
            self._stems.setdefault(stem[:HEAD], []).append((stem, stems[stem]))
        self._heads = {
            head: (*heads.get(head, ()), *(stem for stem, _ in self._stems.get(head, ())))
            for head in {*heads, *self._stems}
        }

    def telling(self, words: Iterable[str]) -> list[str]:
        """Those of some words in lower case that may have bits: all others are passed over at once."""
        whole, heads, endings = self._words, self._heads, self._endings
        return [
            word
            for word in words
            if word in whole
            or ((head := word[:HEAD]) in heads and word.startswith(heads[head]))
            or (len(word) > _COMPOUND and word[-2:] in endings)
            or word[0] >= "\u0e00"
        ]

    def read(self, word: str) -> int:
        """The bits of one word in lower case, and whether a phrase may begin there."""
        bits = self.of(word)
        if bits & AGAINST:
            bits &= ~APART
        return bits | (BEGINS if self._begins(word) else 0)

    def of(self, word: str) -> int:
        """The bits of one word in lower case, of the last label in it where words run together."""
        bits = self._words.get(word, 0)
        if word[0] >= "\u0e00" and runs_together(word):
            bits, _ = self._last(word)
            return bits or (self.han if "\u4e00" <= word[0] <= "\u9fff" else 0)
        for stem, stem_bits in self._stems.get(word[:HEAD], ()):
            if word.startswith(stem):
                return bits | stem_bits
        if not bits and len(word) > _COMPOUND:
            for ending, bit in self._endings.get(word[-2:], ()):
                if word.endswith(ending):
                    return bit
        return bits

    def completed(self, bits: int, text: str, start: int, end: int) -> int:
        """The bits of a word that stands there, of which some count behind other words alone."""
        word, bits = plain(text[start:end].lower()), bits & ~BEHIND
        before = plain(text[max(0, start - _BEHIND_REACH) : start].lower())
        for listed, pattern, bit in self._behind.get(word[:HEAD], ()):
            bare = plain(listed.rstrip("*"))
            if (word == bare or (listed[-1] == "*" and word.startswith(bare))) and pattern.search(before):
                bits |= bit
        return bits

    def behind(self, word: str) -> int:
        """How many letters of a run stand behind the last label in it."""
        return self._last(word)[1]

    def _last(self, word: str) -> tuple[int, int]:
        """The bits of the last label in a run, and how many letters stand behind it."""
        size = len(word)
        bits, rest, begun, number, alone = 0, 0, size, size, 0
        for place in range(size - 2, -1, -1):
            if bits and begun - place > _LONGEST_RUN:
                break
            for label, bit in self._runs.get(word[place : place + 2], ()):
                if not word.startswith(label, place):
                    continue
                behind = size - place - len(label)
                if label in _NUMBER:
                    # What a number is, the word before says: 注文番号.
                    if number == size:
                        number, alone = place, bit
                # Of two that end together the longer one counts: 統一編號 is more than 編號.
                elif not bits or (behind == rest and place < begun):
                    bits, rest, begun = bit, behind, place
                elif behind == rest:
                    bits |= bit
        if number < size and size - rest != number:
            return (bits, rest) if bits and size - rest > number else (alone, 0)
        return bits, rest
