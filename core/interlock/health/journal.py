"""What this process has to tell the others about health, gathered until somebody comes for it."""

from collections.abc import Callable


class Note:
    """About one page."""

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


class Journal:
    """Notes by deployment and task. `wake` is called when the others should know something at once; it
    returns at once. Not thread-safe: whoever writes holds the book's lock.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self.wake = wake
        self._notes: dict[tuple[str, str | None], Note] = {}

    def note(self, deployment: str, task: str | None) -> Note:
        key = (deployment, task)
        found = self._notes.get(key)
        if found is None:
            found = self._notes[key] = Note()
        return found

    def take(self) -> dict[tuple[str, str | None], Note]:
        notes, self._notes = self._notes, {}
        return notes
