"""uvicorn's connections, with what handlers may ask of theirs beside reading and writing."""

import asyncio
from collections.abc import MutableMapping
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from interlock_server.endpoint.together import TOGETHER, Together

_DROP: Final = "interlock_server.drop"


class Droppable(HttpToolsProtocol):
    """uvicorn's own, of which whoever serves a request can let go, and whose writes can leave together.

    An application that returns early has its connection closed, which waits for what was written to be taken.
    """

    _together: Together

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """A client has come."""
        super().connection_made(transport)
        self.transport = self._together = Together(transport)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        # Extensions of ours, which uvicorn's type does not know.
        scope = cast("MutableMapping[str, Any]", self.scope)
        scope[_DROP], scope[TOGETHER] = self._together.abort, self._together


def drop(scope: MutableMapping[str, Any]) -> None:
    """Let go of the connection of a request at once, where what runs the application offers that."""
    abort = scope.get(_DROP)
    if callable(abort):
        abort()
