"""What this process has to tell the others about health, gathered until somebody comes for it."""

from collections.abc import Callable


class Change:
    """About a deployment, or about it at one task."""

    __slots__ = ("closed", "failures", "hard", "opened", "successes")

    def __init__(self) -> None:
        self.successes = self.failures = self.hard = 0
        self.closed = self.opened = False

    def succeeded(self, *, cleared: bool) -> None:
        if cleared:
            self.successes = self.failures = 0
            self.closed = True
        self.successes += 1
        self.hard = 0

    def failed(self, *, hard: bool) -> None:
        self.failures += 1
        self.hard += hard


class Changes:
    """Changes by deployment and task. `wake` is called when the others should know something at once; it
    returns at once. Not thread-safe: whoever writes holds the tracker's lock.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self.wake = wake
        self._changes: dict[tuple[str, str | None], Change] = {}

    def at(self, deployment: str, task: str | None) -> Change:
        key = (deployment, task)
        found = self._changes.get(key)
        if found is None:
            found = self._changes[key] = Change()
        return found

    def take(self) -> dict[tuple[str, str | None], Change]:
        changes, self._changes = self._changes, {}
        return changes
