"""Pinned tools whose server is another process, or has another session, than when they were listed."""

from collections.abc import Callable, Mapping

from mcp.client.session import ClientSession

from interlock.http import aside
from interlock_mcp.listing import listed
from interlock_mcp.pins import Pins

_CHANGED = "its server was begun anew, and the tool is not as it was pinned"
_GONE = "its server was begun anew, and has no such tool"


class Watch:
    """Holds a server's tools against their pins once more, before one is run, where it was begun anew.

    `edition` gives what its sessions belong to: the same object as long as it was not. `listed_by` is that
    of the list that the tools are from.
    """

    def __init__(self, pins: Pins, edition: Callable[[], object], listed_by: object) -> None:
        self._pins = pins
        self._edition = edition
        self._seen = listed_by
        self._offered: frozenset[str] | None = None
        self._changed: Mapping[str, str] = {}

    async def objection(self, session: ClientSession, name: str) -> str | None:
        """Why the tool is not to be run, in words that hold none of the server's.

        Raises ProtocolError where the pins cannot be used, and whatever the session does.
        """
        edition = self._edition()
        if edition != self._seen:
            found = (await listed(session)).definitions
            self._changed = await aside(self._pins.check, found)
            self._offered = frozenset(each.name for each in found)
            self._seen = edition
        if name in self._changed:
            return _CHANGED
        return None if self._offered is None or name in self._offered else _GONE
