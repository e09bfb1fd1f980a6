"""The requests that are under way."""

from contextvars import Token

from interlock_server.facts import CURRENT, Facts


class Traffic:
    """Knows them. Belongs to one event loop."""

    def __init__(self) -> None:
        self._under_way: dict[Facts, None] = {}

    @property
    def under_way(self) -> tuple[Facts, ...]:
        """Those that have begun and not ended, oldest first."""
        return tuple(self._under_way)

    def begin(self, facts: Facts) -> Token[Facts | None]:
        """The request is under way, and the current one, until its `end`."""
        self._under_way[facts] = None
        return CURRENT.set(facts)

    def end(self, facts: Facts, begun: Token[Facts | None]) -> None:
        """It is no longer; `begun` is what its beginning gave, in the same task."""
        CURRENT.reset(begun)
        del self._under_way[facts]
