"""Error rates that mean something."""

from collections import deque
from math import sqrt

# One-sided 95 %: the true rate is above the bound in 19 of 20 samples that look like this one.
_Z = 1.645


def lower_bound(failures: int, attempts: int) -> float:
    """The lower end of Wilson's interval for a failure rate; 0 without attempts."""
    if attempts == 0:
        return 0.0
    rate = failures / attempts
    spread = _Z * _Z / attempts
    margin = _Z * sqrt((rate * (1 - rate) + spread / 4) / attempts)
    return (rate + spread / 2 - margin) / (1 + spread)


class RollingRate:
    """Failures among the last `window` attempts. A success costs an addition."""

    __slots__ = ("_failed", "_total", "_window")

    def __init__(self, window: int) -> None:
        self._window = window
        self._total = 0
        self._failed: deque[int] = deque()  # the numbers of the attempts that failed, oldest first

    def add(self, *, failed: bool) -> None:
        self._total += 1
        ours = self._failed
        if failed:
            ours.append(self._total)
        if ours and ours[0] <= self._total - self._window:
            ours.popleft()

    def add_many(self, *, successes: int, failures: int) -> None:
        """Attempts whose order is not known: the failures are taken to have come first."""
        if failures:
            first = self._total + 1 + max(0, failures - self._window)
            self._failed.extend(range(first, self._total + failures + 1))
        self._total += failures + successes
        gone = self._total - self._window
        failed = self._failed
        while failed and failed[0] <= gone:
            failed.popleft()

    def clear(self) -> None:
        self._failed.clear()
        self._total = 0

    @property
    def attempts(self) -> int:
        return min(self._total, self._window)

    @property
    def failures(self) -> int:
        return len(self._failed)

    @property
    def rate(self) -> float:
        return len(self._failed) / self.attempts if self._total else 0.0
