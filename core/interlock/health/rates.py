"""Error rates that mean something."""

from collections import deque
from math import sqrt
from typing import Final

# A rate is looked at after every attempt, so that chance has many tries. These are the standard deviations
# for which steady 3 % are hardly ever taken for more than 5 %, and steady 7 % are within some hundred
# attempts: tests/benchmarks/error_rates.py shows what they do.
_SUDDEN: Final = 3.0
_STEADY: Final = 1.28
_LONGER: Final = 5
_ENOUGH: Final = 1.5  # windows, before the longer look says anything


def lower_bound(failures: int, attempts: int, z: float = _SUDDEN) -> float:
    """The lower end of Wilson's interval for a failure rate, `z` standard deviations off."""
    if attempts == 0:
        return 0.0
    rate = failures / attempts
    spread = z * z / attempts
    margin = z * sqrt((rate * (1 - rate) + spread / 4) / attempts)
    return (rate + spread / 2 - margin) / (1 + spread)


class RollingRate:
    """Failures among the last `window` attempts. A success costs an addition."""

    __slots__ = ("_failed", "_total", "_window")

    def __init__(self, window: int) -> None:
        self._window = window
        self._total = 0
        self._failed: deque[int] = deque()  # the numbers of the attempts that failed, oldest first

    def add(self, *, failed: bool) -> bool:
        """Whether some of the last attempts have failed."""
        self._total += 1
        ours = self._failed
        if failed:
            ours.append(self._total)
        if ours and ours[0] <= self._total - self._window:
            ours.popleft()
        return bool(ours)

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


class ErrorRate:
    """A deployment's failures, in its last attempts and in five times as many: the first look notices what
    breaks at once, the second what fails a little too often.
    """

    __slots__ = ("_enough", "lately", "longer")

    def __init__(self, window: int) -> None:
        self.lately = RollingRate(window)
        self.longer = RollingRate(_LONGER * window)
        self._enough = max(300, _ENOUGH * window)

    def add(self, *, failed: bool) -> bool:
        """Whether some of the attempts that are looked at have failed."""
        self.lately.add(failed=failed)
        return self.longer.add(failed=failed)

    def add_many(self, *, successes: int, failures: int) -> None:
        self.lately.add_many(successes=successes, failures=failures)
        self.longer.add_many(successes=successes, failures=failures)

    def clear(self) -> None:
        self.lately.clear()
        self.longer.clear()

    def above(self, limit: float, minimum: int) -> RollingRate | None:
        """Which look shows a rate above the limit that chance is an unlikely reason for; None if neither."""
        if _exceeds(self.lately, limit, minimum, _SUDDEN):
            return self.lately
        return self.longer if _exceeds(self.longer, limit, self._enough, _STEADY) else None


def _exceeds(rate: RollingRate, limit: float, enough: float, z: float) -> bool:
    failures, attempts = rate.failures, rate.attempts
    return failures > limit * attempts and attempts >= enough and lower_bound(failures, attempts, z) > limit
