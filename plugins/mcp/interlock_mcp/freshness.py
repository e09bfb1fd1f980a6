"""For how long a server's list of tools holds."""

from math import inf

from interlock.types.clocks import elapsed

CHANGED = "notifications/tools/list_changed"
_UNSAID = 60.0
_LEAST = 1.0
_MOST = 24 * 3600.0


class Freshness:
    """Of one server's list. Threads and event loops may share it."""

    def __init__(self) -> None:
        self._changed = False
        self._until = inf

    @property
    def is_over(self) -> bool:
        """Whether the server is to be asked again."""
        return self._changed or (self._until != inf and elapsed() >= self._until)

    def told(self, method: str) -> None:
        """A notification of the server's has come."""
        if method == CHANGED:
            self._changed = True

    def asked(self) -> None:
        """It is about to be asked: what it says from now on is of the list after that."""
        self._changed = False

    def listed(self, seconds: float | None) -> None:
        """It has answered, and says that the list holds for these seconds; 0 is no time that it names, None
        that it knows of none. Whoever uses a tool looks at the list, so it holds for a second at least.
        """
        if seconds is None:
            self._until = inf
        else:
            self._until = elapsed() + (min(max(seconds, _LEAST), _MOST) if seconds > 0 else _UNSAID)
