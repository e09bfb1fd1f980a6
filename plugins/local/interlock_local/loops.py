"""An answer that goes round in circles, noticed while it comes."""

import re

# Characters. What people write repeats itself, too: a rule under a heading, a row of dots, a refrain.
_LEAST = 120
_LONGEST_UNIT = 240
_TIMES = 4
_KEPT = _LONGEST_UNIT * _TIMES
_NUMBERS = re.compile(r"\d+")


class Loop:
    """Watches a text grow. `found` once its end says the same at least four times in a row.

    Numbers count as alike, because a list that repeats its items goes on counting. Time and memory are those
    of the last thousand characters, whatever the text's length.
    """

    __slots__ = ("_tail", "found")

    def __init__(self) -> None:
        self._tail = ""
        self.found = False

    def add(self, text: str) -> bool:
        """Whether the text goes round in circles once `text` has come."""
        if text and not self.found:
            self._tail = (self._tail + text)[-_KEPT:]
            counted = _NUMBERS.sub("0", self._tail)
            self.found = _repeats(self._tail) or (counted != self._tail and _repeats(counted))
        return self.found


def _repeats(tail: str) -> bool:
    """Whether `tail` ends in copies of one unit, of any length, that fill at least `_LEAST` characters."""
    for length in range(1, min(_LONGEST_UNIT, len(tail) // _TIMES) + 1):
        span = max(_LEAST, length * _TIMES)
        if span > len(tail):
            return False
        # A text repeats its last `length` characters over `span` when it equals itself moved by as many.
        if tail[-1] == tail[-1 - length] and tail[-span + length :] == tail[-span:-length]:
            return True
    return False
