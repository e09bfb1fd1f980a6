"""Where the words that say something of a value stand in one text."""

import string
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from interlock_privacy.detection.context import AGAINST, APART, BEGINS, BEHIND, WORD, Labels
from interlock_privacy.detection.folding import UNSEEN

__all__ = ["REACH", "Nearby"]

# How many characters before and after a value are read.
REACH = 60
# How many characters before the value a word may end that says that it is something else.
_CLOSE = 24
# How many characters are read at once.
_AHEAD = 1000
# Letters in lower case, _OTHER for what is not in ASCII, and a space for all else: this divides a text into
# words at a fifth of what an expression costs.
_OTHER = "{"
_SPACED = bytes.maketrans(
    bytes(range(256)),
    bytes(
        each if chr(each) in string.ascii_lowercase else ord(_OTHER) if each == ord("?") else ord(" ")
        for each in bytes(range(256)).lower()
    ),
)
# All bits but those of words that only speak against something.
_NAMES = ~(AGAINST | APART)
# Of such a word, what is not in ASCII has to be looked at.
_UNCLEAR = -1


class Nearby:
    """Where labels stand in one text, read as far as was asked for, and what they say."""

    __slots__ = (
        "_apart",
        "_ascii",
        "_asked",
        "_begun",
        "_bits",
        "_ends",
        "_first",
        "_known",
        "_others",
        "_phrases",
        "_spaced",
        "_starts",
        "_text",
        "_until",
        "labels",
    )

    def __init__(self, labels: Labels, text: str) -> None:
        self.labels, self._text = labels, text
        self._ascii = text.isascii()
        plain = text.replace("?", " ").replace(UNSEEN, " ")
        self._spaced = plain.encode("ascii", "replace").translate(_SPACED).decode()
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._bits: list[int] = []
        # The ends and starts of those that only speak against telephone numbers, which few ask for.
        self._apart: list[tuple[int, int]] = []
        self._phrases: list[int] = []
        # Most words say nothing, and are asked about once.
        self._known: dict[str, int] = {}
        self._asked: set[str] = set()
        # What is not in ASCII, with the words in it that say something.
        self._others: dict[str, list[tuple[int, int, int]]] = {}
        # How far the text has been read, and the first label and the first phrase that are not behind yet.
        self._until = self._first = self._begun = 0

    def read(self, start: int, end: int) -> bool:
        """Reads the words around that piece of the text; whether any label is there.

        Pieces come in their order.
        """
        if self._until < end + REACH:
            # Many words at once cost less than a few many times.
            begin = max(self._until, start - 2 * REACH)
            self._read(begin, max(end + REACH, begin + _AHEAD))
        ends, first, least = self._ends, self._first, start - REACH
        size = len(ends)
        while first < size and ends[first] < least:
            first += 1
        self._first = first
        return first < size and self._starts[first] <= end + REACH

    def _read(self, begin: int, stop: int) -> None:
        # Not within a word.
        if self._ascii:
            gap = self._spaced.find(" ", stop)
            stop = gap if gap >= 0 else max(stop, len(self._spaced))
        else:
            last = WORD.match(self._text, stop - 1)
            stop = last.end() if last else stop
        self._until = stop
        known, spaced = self._known, f" {self._spaced[begin:stop]} "
        words = spaced.split()
        asked = set(words) - self._asked
        self._asked |= asked
        for word in asked:
            bits = _UNCLEAR if _OTHER in word else self.labels.read(word)
            if bits:
                known[word] = bits
        place = 0
        for word in [each for each in words if each in known]:
            # One place further than in the text, as is the space before it.
            place = spaced.index(f" {word} ", place)
            bits, start = known[word], begin + place
            place += len(word)
            if bits == _UNCLEAR:
                self._look(start, begin + place)
            else:
                self._keep(bits, start, begin + place)

    def _look(self, start: int, end: int) -> None:
        """Reads what is not in ASCII, and the letters that touch it."""
        written = self._text[start:end]
        words = self._others.get(written)
        if words is None:
            read = self.labels.read
            words = self._others[written] = [
                (*found.span(), bits) for found in WORD.finditer(written) if (bits := read(found[0].lower()))
            ]
        for first, last, bits in words:
            self._keep(bits, start + first, start + last)

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
        """Where phrases may begin that end before there, the furthest first.

        That is asked for one piece after another, too.
        """
        places, first, least = self._phrases, self._begun, start - REACH
        size = len(places)
        while first < size and places[first] < least:
            first += 1
        self._begun = first
        if first == size or places[first] >= start:
            return []
        return places[first : bisect_left(places, start, first)]

    def nearest(self, start: int) -> tuple[int, int, int]:
        """The first of `before`; three noughts where there is none."""
        place, other = bisect_right(self._ends, start) - 1, bisect_right(self._apart, (start, start)) - 1
        end = self._ends[place] if place >= 0 else -1
        apart = self._apart[other][0] if other >= 0 else -1
        if max(apart, end) < start - REACH:
            return 0, 0, 0
        if apart > end:
            return self._apart[other][1], apart, APART
        return (self._starts[place], end, self._bits[place]) if place >= 0 else (0, 0, 0)

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
        for place in range(bisect_left(ends, start - REACH, self._first), len(ends)):
            begin = starts[place]
            if begin > furthest:
                break
            if ends[place] <= start:
                near, nearest = bits[place], ends[place]
                around |= near
            elif begin >= end:
                around |= bits[place]
        against = near == AGAINST and start - nearest <= _CLOSE
        return near, around & _NAMES, against, nearest

    def last(self, stop: int, start: int) -> bool:
        """Whether none of those that only speak against telephone numbers ends between there and there."""
        apart = self._apart
        if not apart:
            return True
        place = bisect_right(apart, (start, start)) - 1
        return place < 0 or apart[place][0] < stop
