"""What the words beside a value say of it."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator

from interlock_privacy.detection.things import GOODS, THINGS

__all__ = [
    "AGAINST",
    "ALPHABETS",
    "APART",
    "FIRST",
    "HAN",
    "REACH",
    "Labels",
    "Nearby",
    "plain",
    "runs_together",
]

# A label that stands for any word in Chinese characters.
HAN = "<han>"
# How many characters before and after a value are read.
REACH = 60
# The bit of words that say it is something else; and how many characters before the value they may end.
AGAINST = 1
_CLOSE = 24
_SHORT, _COMPOUND = 3, 7
# Letters by which words that begin with a label are looked up; no such label has fewer.
_HEAD = 3
_NUMBER = ("番号", "번호", "编号", "編號")
# Letters by which a label may be longer than another one that ends it.
_LONGEST_RUN = 8
# The bit of words that may begin a phrase; of those that only speak against telephone numbers; and the first
# that is free for labels.
_BEGINS, APART, FIRST = 2, 4, 8
# How many characters are read at once.
_AHEAD = 400

# Scripts that put spaces between words, and those that put none: 身份证pesel is two words.
ALPHABETS = r"A-Za-z\u00c0-\u0dff\u1e00-\u1fff"
# Thai, Lao, Burmese, Khmer: the signs above and below their letters are no letters to Python.
_SIGNED = r"\u0e01-\u0e4e\u0e81-\u0ecd\u1000-\u103f\u1780-\u17d3"
_WORD = re.compile(rf"[{ALPHABETS}]+|[{_SIGNED}]+|[^\W\d_{ALPHABETS}{_SIGNED}]+")
# The same where nothing else occurs.
_ASCII_WORD = re.compile(r"[A-Za-z]+")
_NO_ACCENT = str.maketrans("łøđı", "lodi")


def plain(word: str) -> str:
    """The word as it is written where there are no accents."""
    parts = unicodedata.normalize("NFKD", word.translate(_NO_ACCENT))
    return "".join(each for each in parts if not unicodedata.combining(each))


def runs_together(word: str) -> bool:
    """Whether its script puts no space between words."""
    return word[0] >= "\u0e00" and not "\u1e00" <= word[0] <= "\u1fff"


class Labels:
    """Words in lower case, each with the bits of what it says; one that ends in * begins words, one
    that begins with it ends them.

    `begins` says whether a phrase may begin with a word, or in it where words run together.
    """

    def __init__(self, words: Iterable[tuple[str, int]], begins: Callable[[str], bool]) -> None:
        self._begins = begins
        self._words: dict[str, int] = {}
        stems: dict[str, int] = {}
        # Scripts that put no space between words: by two characters, the labels that begin with them.
        self._runs: dict[str, list[tuple[str, int]]] = {}
        self._han = 0
        # What compounds end with, the first that fits.
        self._endings: dict[str, list[tuple[str, int]]] = {}
        others = *((each, AGAINST) for each in GOODS.split()), *((each, APART) for each in THINGS.split())
        for word, bit in (*words, *others):
            if word == HAN:
                self._han |= bit
                continue
            bare = word.strip("*")
            if word[0] == "*":
                self._endings.setdefault(bare[-2:], []).append((bare, bit))
                continue
            if runs_together(bare):
                self._runs.setdefault(bare[:2], []).append((bare, bit))
                continue
            # Without its accents, a short word is often another one: tơ is none of "to".
            for each in {bare, plain(bare)} if len(bare) > _SHORT or bit >= FIRST else {bare}:
                table = stems if word.endswith("*") else self._words
                table[each] = table.get(each, 0) | bit
        # By their first letters, the longest first.
        self._stems: dict[str, list[tuple[str, int]]] = {}
        for stem in sorted(stems, key=len, reverse=True):
            self._stems.setdefault(stem[:_HEAD], []).append((stem, stems[stem]))

    def read(self, word: str) -> int:
        """The bits of one word in lower case, and whether a phrase may begin there."""
        bits = self.of(word)
        if bits & AGAINST:
            bits &= ~APART
        return bits | (_BEGINS if self._begins(word) else 0)

    def of(self, word: str) -> int:
        """The bits of one word in lower case, of the last label in it where words run together."""
        bits = self._words.get(word, 0)
        if runs_together(word):
            bits, _ = self._last(word)
            return bits or (self._han if "\u4e00" <= word[0] <= "\u9fff" else 0)
        for stem, stem_bits in self._stems.get(word[:_HEAD], ()):
            if word.startswith(stem):
                return bits | stem_bits
        if not bits and len(word) > _COMPOUND:
            for ending, bit in self._endings.get(word[-2:], ()):
                if word.endswith(ending):
                    return bit
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


class Nearby:
    """Where labels stand in one text, read as far as was asked for, and what they say."""

    __slots__ = (
        "_apart",
        "_bits",
        "_ends",
        "_known",
        "_phrases",
        "_silent",
        "_starts",
        "_text",
        "_until",
        "_word",
        "labels",
    )

    def __init__(self, labels: Labels, text: str) -> None:
        self.labels, self._text = labels, text
        self._word = _ASCII_WORD if text.isascii() else _WORD
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._bits: list[int] = []
        # The ends and starts of those that only speak against telephone numbers, which few ask for.
        self._apart: list[tuple[int, int]] = []
        self._phrases: list[int] = []
        self._known: dict[str, int] = {}
        self._silent: set[str] = set()
        # How far the text has been read.
        self._until = 0

    def read(self, start: int, end: int) -> bool:
        """Reads the words around that piece of the text; whether any label is there.

        Pieces come in their order.
        """
        if self._until < end + REACH:
            # Many words at once cost less than a few many times.
            begin = max(self._until, start - 2 * REACH)
            self._read(begin, max(end + REACH, begin + _AHEAD))
        ends = self._ends
        if not ends or ends[-1] < start - REACH:
            return False
        return self._starts[bisect_left(ends, start - REACH)] <= end + REACH

    def _read(self, begin: int, stop: int) -> None:
        text, silent, known = self._text, self._silent, self._known
        # Not within a word.
        if last := self._word.match(text, stop - 1):
            stop = last.end()
        self._until = stop
        words = self._word.findall(text, begin, stop)
        # Most words say nothing, and are asked about once.
        for word in set(words).difference(silent, known):
            bits = self.labels.read(word.lower())
            if bits:
                known[word] = bits
            else:
                silent.add(word)
        place = begin
        for word in [each for each in words if each in known]:
            place = self._place(word, place, begin)
            self._keep(known[word], place, place + len(word))
            place += len(word)

    def _place(self, word: str, place: int, begin: int) -> int:
        """Where the word stands next, and not as a part of another; the text is read from `begin`."""
        text, match, size = self._text, self._word.match, len(word)
        while True:
            place = text.index(word, place)
            whole = match(text, place)
            if whole is not None and whole.end() == place + size:
                before = match(text, place - 1) if place > begin else None
                if before is None or before.end() == place:
                    return place
            place += 1

    def _keep(self, bits: int, start: int, end: int) -> None:
        if bits & _BEGINS:
            self._phrases.append(start)
            bits ^= _BEGINS
        if bits == APART:
            self._apart.append((end, start))
        elif bits:
            self._starts.append(start)
            self._ends.append(end)
            self._bits.append(bits)

    def phrases(self, start: int) -> list[int]:
        """Where phrases may begin that end before there, the furthest first."""
        places = self._phrases
        if not places:
            return places
        last = bisect_left(places, start)
        return places[bisect_left(places, start - REACH, 0, last) : last] if last else []

    def before(self, start: int) -> Iterator[tuple[int, int, int]]:
        """Labels that end before there, the nearest first: where each begins and ends, and its bits."""
        place, other = bisect_right(self._ends, start) - 1, bisect_right(self._apart, (start, start)) - 1
        while place >= 0 or other >= 0:
            apart = self._apart[other][0] if other >= 0 else -1
            end = self._ends[place] if place >= 0 else -1
            if max(apart, end) < start - REACH:
                return
            if apart > end:
                yield self._apart[other][1], apart, APART
                other -= 1
            else:
                yield self._starts[place], end, self._bits[place]
                place -= 1

    def after(self, end: int) -> Iterator[tuple[int, int, int]]:
        """The same of those that begin behind there."""
        for place in range(bisect_left(self._starts, end), len(self._starts)):
            if self._starts[place] - end > REACH:
                return
            yield self._starts[place], self._ends[place], self._bits[place]

    def beside(self, start: int, end: int) -> tuple[int, int, bool]:
        """The bits of the nearest before, of all around, and whether it is said to be another thing."""
        starts, ends, bits = self._starts, self._ends, self._bits
        near = around = 0
        against = False
        first = place = bisect_right(ends, start)
        while place and ends[place - 1] >= start - REACH:
            place -= 1
            if not near:
                near = bits[place]
                against = near == AGAINST and start - ends[place] <= _CLOSE
            around |= bits[place]
        for place in range(bisect_left(starts, end, first), len(starts)):
            if starts[place] > end + REACH:
                break
            around |= bits[place]
        return near, around & ~(AGAINST | APART), against
