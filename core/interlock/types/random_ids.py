"""Random ids, of which the system is asked for many at once."""

from collections import deque
from os import urandom
from time import time
from typing import Final

from interlock.forks import anew

_BYTES: Final = 16
_MANY: Final = 256
_TIME: Final = 12  # digits of milliseconds, enough until the year 10889


class _Pool:
    """Ids that are ready. Whoever asks the system for random bytes lets other threads go first, which costs
    far more than an id.
    """

    def __init__(self) -> None:
        self._ready: deque[str] = deque()
        # Those that were ready are given out by the parent of a fork.
        anew(self.forget)

    def take(self) -> str:
        try:
            return self._ready.pop()
        except IndexError:
            first, *others = _drawn()
            self._ready.extend(others)
            return first

    def forget(self) -> None:
        self._ready.clear()


def _drawn() -> list[str]:
    digits, each = urandom(_BYTES * _MANY).hex(), 2 * _BYTES
    return [digits[begin : begin + each] for begin in range(0, len(digits), each)]


random_id: Final = _Pool().take
"""128 random bits, as 32 digits in hexadecimal. From any thread; no two processes have the same."""


def timed_id(at: float | None = None) -> str:
    """32 digits in hexadecimal: the time in milliseconds, and 80 random bits.

    What a store keeps by such ids lies in its indexes where others of that time do, which are in memory and
    written together; random ids have it write a page for each, all over its file. `at` is the time in seconds
    since the epoch; left out, it is now.
    """
    return f"{int((time() if at is None else at) * 1_000):0{_TIME}x}{random_id()[_TIME:]}"
