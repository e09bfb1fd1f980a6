"""The last records of a router, kept in memory."""

from collections import deque
from collections.abc import Callable, Iterator

from interlock.forks import lock_of
from interlock.types.records import Record


class RecentRecords:
    """The last records of a router, newest last. Safe to read while calls go on.

    `onward` is handed every record, and returns at once.
    """

    def __init__(self, size: int = 1_000, onward: Callable[[Record], None] | None = None) -> None:
        self._records: deque[Record] = deque(maxlen=size)
        self._lock = lock_of(self)
        self._onward = onward
        self._heir: RecentRecords | None = None

    def inherit(self, other: "RecentRecords") -> None:
        """Begin with the other's, and be told of those that are still to come there."""
        for record in other:
            self._keep(record)
        other._heir = self  # noqa: SLF001 - another of its kind

    def put(self, record: Record) -> None:
        self._keep(record)
        if self._onward is not None:
            self._onward(record)

    def _keep(self, record: Record) -> None:
        """Here, and where it is inherited: whoever was given it hands it onward, and nobody else."""
        with self._lock:
            self._records.append(record)
        if self._heir is not None:
            self._heir._keep(record)  # noqa: SLF001 - another of its kind

    def __iter__(self) -> Iterator[Record]:
        with self._lock:
            return iter(tuple(self._records))

    def __len__(self) -> int:
        return len(self._records)

    @property
    def last(self) -> Record | None:
        with self._lock:
            return self._records[-1] if self._records else None
