"""Connections that are dropped together with what their client does not take."""

from collections.abc import MutableMapping
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_DROP: Final = "interlock_server.drop"


class Droppable(HttpToolsProtocol):
    """uvicorn's own, of which whoever serves a request can let go.

    An application that returns early has its connection closed, which waits for what was written to be taken.
    """

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self.scope[_DROP] = self.transport.abort  # type: ignore[typeddict-unknown-key]  # an extension of ours


def drop(scope: MutableMapping[str, Any]) -> None:
    """Let go of the connection of a request at once, where what runs the application offers that."""
    abort = scope.get(_DROP)
    if callable(abort):
        abort()
