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
        "around",
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
        self._phrases: list[int] = []
        # Most words say nothing, and are asked about once.
        self._known: dict[str, int] = {}
        self._asked: set[str] = set()
        # What is not in ASCII, with the words in it that say something.
        self._others: dict[str, list[tuple[int, int, int]]] = {}
        # How far the text has been read, and the first label and the first phrase that are not behind yet.
        self._until = self._first = self._begun = 0
        # The bits of all labels around the piece that was read last.
        self.around = 0

    def read(self, start: int, end: int) -> None:
        """Reads the words around that piece of the text. Pieces come in their order."""
        if self._until < end + REACH:
            # Many words at once cost less than a few many times.
            begin = max(self._until, start - 2 * REACH)
            self._read(begin, max(end + REACH, begin + _AHEAD))
        ends, first, least = self._ends, self._first, start - REACH
        size = len(ends)
        while first < size and ends[first] < least:
            first += 1
        self._first = first
        starts, furthest, bits = self._starts, end + REACH, 0
        while first < size and starts[first] <= furthest:
            bits |= self._bits[first]
            first += 1
        self.around = bits

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
        if not self._ascii:
            unclear = [word for word in asked if _OTHER in word]
            known.update(dict.fromkeys(unclear, _UNCLEAR))
            asked.difference_update(unclear)
        for word in self.labels.telling(asked):
            if bits := self.labels.read(word):
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
            read, telling = self.labels.read, self.labels.telling
            words = self._others[written] = [
                (*found.span(), bits)
                for found in WORD.finditer(written)
                for word in telling((found[0].lower(),))
                if (bits := read(word))
            ]
        for first, last, bits in words:
            self._keep(bits, start + first, start + last)

    def _keep(self, bits: int, start: int, end: int) -> None:
        if bits & BEGINS:
            self._phrases.append(start)
            bits ^= BEGINS
        if bits & BEHIND:
            bits = self.labels.completed(bits, self._text, start, end)
        if bits:
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
        place = bisect_right(self._ends, start) - 1
        if place < 0 or self._ends[place] < start - REACH:
            return 0, 0, 0
        return self._starts[place], self._ends[place], self._bits[place]

    def before(self, start: int) -> Iterator[tuple[int, int, int]]:
        """Labels that end before there, the nearest first: where each begins and ends, and its bits."""
        ends, least = self._ends, start - REACH
        place = bisect_right(ends, start) - 1
        while place >= 0 and ends[place] >= least:
            yield self._starts[place], ends[place], self._bits[place]
            place -= 1

    def after(self, end: int) -> Iterator[tuple[int, int, int]]:
        """The same of those that begin behind there and speak not only against telephone numbers."""
        for place in range(bisect_left(self._starts, end), len(self._starts)):
            if self._starts[place] - end > REACH:
                return
            if self._bits[place] != APART:
                yield self._starts[place], self._ends[place], self._bits[place]

    def beside(self, start: int, end: int) -> tuple[int, int, int]:
        """The bits of the nearest before, of all around, and where the nearest ends.

        What only speaks against telephone numbers is left out.
        """
        starts, ends, bits = self._starts, self._ends, self._bits
        near = around = nearest = 0
        furthest = end + REACH
        for place in range(bisect_left(ends, start - REACH, self._first), len(ends)):
            begin, said = starts[place], bits[place]
            if begin > furthest:
                break
            if ends[place] <= start:
                if said != APART:
                    near, nearest = said, ends[place]
                around |= said
            elif begin >= end:
                around |= said
        return near, around & _NAMES, nearest

    def against(self, start: int) -> bool:
        """Whether the nearest before says that it is another thing, of those that `beside` counts."""
        for _, stop, said in self.before(start):
            if said != APART:
                return said == AGAINST and start - stop <= _CLOSE
        return False

    def last(self, stop: int, start: int) -> bool:
        """Whether none of those that only speak against telephone numbers ends between there and there."""
        first, last = bisect_left(self._ends, stop), bisect_right(self._ends, start)
        return APART not in self._bits[first:last]
