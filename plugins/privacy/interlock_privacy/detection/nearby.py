"""Where the words that say something of a value stand in one text."""

import string
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from interlock_privacy.detection.context import AGAINST, APART, BEGINS, BEHIND, WORD, Labels

__all__ = ["REACH", "Nearby"]

# How many characters before and after a value are read.
REACH = 60
# How many characters before the value a word may end that says that it is something else.
_CLOSE = 24
# How many characters are read at once.
_AHEAD = 1000
# Letters in lower case, and a space for all else: this divides a text in ASCII into words, at a fifth of what
# an expression costs.
_SPACED = bytes.maketrans(
    bytes(range(256)),
    bytes(each if chr(each) in string.ascii_lowercase else 32 for each in bytes(range(256)).lower()),
)


class Nearby:
    """Where labels stand in one text, read as far as was asked for, and what they say."""

    __slots__ = (
        "_apart",
        "_asked",
        "_bits",
        "_ends",
        "_known",
        "_phrases",
        "_spaced",
        "_starts",
        "_text",
        "_until",
        "labels",
    )

    def __init__(self, labels: Labels, text: str) -> None:
        self.labels, self._text = labels, text
        # The words of a text in ASCII, a space before and behind each: one place further than in the text.
        self._spaced = f" {text} ".encode().translate(_SPACED).decode() if text.isascii() else ""
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._bits: list[int] = []
        # The ends and starts of those that only speak against telephone numbers, which few ask for.
        self._apart: list[tuple[int, int]] = []
        self._phrases: list[int] = []
        # Most words say nothing, and are asked about once.
        self._known: dict[str, int] = {}
        self._asked: set[str] = set()
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
        known, spaced = self._known, self._spaced
        # Not within a word.
        if spaced:
            stop = max(stop, spaced.find(" ", stop) - 1)
            words = spaced[begin + 1 : stop + 1].split()
        else:
            last = WORD.match(self._text, stop - 1)
            stop = last.end() if last else stop
            words = WORD.findall(self._text, begin, stop)
        self._until = stop
        asked = set(words) - self._asked
        self._asked |= asked
        for word in asked:
            bits = self.labels.read(word if spaced else word.lower())
            if bits:
                known[word] = bits
        place, find = begin, self._spelt if spaced else self._place
        for word in [each for each in words if each in known]:
            place = find(word, place, begin)
            self._keep(known[word], place, place + len(word))
            place += len(word)

    def _spelt(self, word: str, place: int, begin: int) -> int:
        """Where the word stands next, and not as a part of another; the text is read from `begin`."""
        if place == begin and self._spaced.startswith(f"{word} ", begin + 1):
            return place
        return self._spaced.index(f" {word} ", place)

    def _place(self, word: str, place: int, begin: int) -> int:
        """The same in a text in any script."""
        text, match, size = self._text, WORD.match, len(word)
        while True:
            place = text.index(word, place)
            whole = match(text, place)
            if whole is not None and whole.end() == place + size:
                before = match(text, place - 1) if place > begin else None
                if before is None or before.end() == place:
                    return place
            place += 1

    def _keep(self, bits: int, start: int, end: int) -> None:
        if bits & BEGINS:
            self._phrases.append(start)
            bits ^= BEGINS
        if bits & BEHIND:
            bits = self.labels.completed(bits, self._text, start, end)
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

    def beside(self, start: int, end: int) -> tuple[int, int, bool, int]:
        """The bits of the nearest before, of all around, whether it is said to be another thing, and where
        the nearest ends.
        """
        starts, ends, bits = self._starts, self._ends, self._bits
        near = around = nearest = 0
        furthest = end + REACH
        for place in range(bisect_left(ends, start - REACH), len(ends)):
            begin = starts[place]
            if begin > furthest:
                break
            if ends[place] <= start:
                near, nearest = bits[place], ends[place]
                around |= near
            elif begin >= end:
                around |= bits[place]
        against = near == AGAINST and start - nearest <= _CLOSE
        return near, around & ~(AGAINST | APART), against, nearest
