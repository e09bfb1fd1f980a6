"""A client's connection, with what handlers may ask of it beside reading and writing."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_CONNECTION: Final = "interlock_server.connection"

STALLED: Final = 60.0
"""Seconds in which whoever is sent something takes some of it."""


class Connection(asyncio.Transport):
    """A connection's transport, as far as uvicorn uses it.

    While it is held, writes wait for the release. To what runs the application an answer's head and its body
    are two; each would be a packet of its own, and a call of the system's.
    """

    def __init__(self, transport: asyncio.Transport, flow: FlowControl) -> None:
        super().__init__()
        self._transport, self._flow = transport, flow
        self._held: list[bytes | bytearray | memoryview] | None = None
        self._on_loss: Callable[[], None] | None = None
        self._looking: asyncio.TimerHandle | None = None
        self.lost = False

    def hold(self) -> None:
        """From now on, writes wait."""
        self._held = []

    def release(self) -> None:
        """Write what waits, at once."""
        held, self._held = self._held, None
        if held:
            self._transport.writelines(held)

    def watch(self, on_loss: Callable[[], None] | None) -> None:
        """Have the loss of the connection told; by None, no longer. It is not told of one that is `lost`."""
        self._on_loss = on_loss
        if on_loss is not None:
            # What nobody reads from tells nothing either, and a long body has its reading paused.
            self._flow.resume_reading()

    def end(self) -> None:
        """It is lost."""
        self.lost, on_loss = True, self._on_loss
        self.expect_nothing()
        if on_loss is not None:
            on_loss()

    def expect_taking(self) -> None:
        """Abort it once nothing of what waits to be sent was taken for a while, in which nothing is added."""
        waiting = self._transport.get_write_buffer_size()
        if waiting and self._looking is None:
            loop = asyncio.get_running_loop()
            self._looking = loop.call_later(STALLED, self._look, waiting)

    def expect_nothing(self) -> None:
        """No longer."""
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None

    def _look(self, before: int) -> None:
        self._looking = None
        if self._transport.get_write_buffer_size() >= before:
            self.abort()
        else:
            self.expect_taking()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Write it, or have it wait."""
        if self._held is None:
            self._transport.write(data)
        else:
            self._held.append(data)

    def close(self) -> None:
        """Close it, once what waits has been sent."""
        self.release()
        self._transport.close()
        self.expect_taking()

    def abort(self) -> None:
        """Close it at once."""
        self._held = None
        self._transport.abort()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()


class Connected(HttpToolsProtocol):
    """uvicorn's own protocol, whose requests know their `Connection`."""

    _connection: Connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """A client has come."""
        super().connection_made(transport)
        self.transport = self._connection = Connection(transport, self.flow)
        # Each request is given a copy of it.
        self.app_state = {**self.app_state, _CONNECTION: self._connection}

    def pause_writing(self) -> None:
        """More waits to be sent to it than is kept for anybody."""
        super().pause_writing()
        self._connection.expect_taking()

    def resume_writing(self) -> None:
        """It has taken most of that."""
        self._connection.expect_nothing()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has left."""
        super().connection_lost(exc)
        self._connection.end()


def connection_of(scope: Mapping[str, Any]) -> Connection | None:
    """That of a request; None where another server than this one's runs the application."""
    found: Connection | None = scope.get("state", {}).get(_CONNECTION)
    return found
