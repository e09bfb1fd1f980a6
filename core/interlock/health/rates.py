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
    """Failures among the last `window` attempts."""

    __slots__ = ("_failures", "_outcomes")

    def __init__(self, window: int) -> None:
        self._outcomes: deque[bool] = deque(maxlen=window)
        self._failures = 0

    def add(self, *, failed: bool) -> None:
        outcomes = self._outcomes
        if len(outcomes) == outcomes.maxlen and outcomes[0]:
            self._failures -= 1
        outcomes.append(failed)
        self._failures += failed

    def clear(self) -> None:
        self._outcomes.clear()
        self._failures = 0

    @property
    def attempts(self) -> int:
        return len(self._outcomes)

    @property
    def failures(self) -> int:
        return self._failures

    @property
    def rate(self) -> float:
        return self._failures / len(self._outcomes) if self._outcomes else 0.0
