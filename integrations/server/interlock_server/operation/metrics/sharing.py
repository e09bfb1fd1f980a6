"""One set of numbers out of several processes, whichever of them is asked.

What a process that has ended counted stays, so that counters never fall; what it gauged is gone.
"""

from pathlib import Path

from interlock_server.notes import Notes
from interlock_server.operation.metrics.instruments import Plain, Registry, added_up


class SharedMetrics:
    """The numbers of a process and of those beside it; without a folder, of it alone."""

    def __init__(self, registry: Registry, folder: Path | None = None) -> None:
        self._registry = registry
        self._notes = Notes(folder, "metrics")

    @property
    def shared(self) -> bool:
        """Whether there are others."""
        return self._notes.shared

    def write(self) -> None:
        """Let the others know."""
        if self._notes.shared:
            self._notes.write(self._registry.plain())

    def all(self) -> list[Plain]:
        """Everything, added up."""
        own = self._registry.plain()
        if not self._notes.shared:
            return own
        ended = [[each for each in note if each["kind"] != "gauge"] for note in self._notes.ended()]
        return added_up([own, *self._notes.others(), *ended])
