"""The requests that are under way."""

from collections.abc import Iterator
from contextlib import contextmanager

from interlock_server.facts import CURRENT, Facts


class Traffic:
    """Knows them. Belongs to one event loop."""

    def __init__(self) -> None:
        self._under_way: dict[Facts, None] = {}

    @property
    def under_way(self) -> tuple[Facts, ...]:
        """Those that have begun and not ended, oldest first."""
        return tuple(self._under_way)

    @contextmanager
    def carrying(self, facts: Facts) -> Iterator[None]:
        """Until the block ends, the request is under way, and the current one."""
        self._under_way[facts] = None
        token = CURRENT.set(facts)
        try:
            yield
        finally:
            CURRENT.reset(token)
            del self._under_way[facts]
