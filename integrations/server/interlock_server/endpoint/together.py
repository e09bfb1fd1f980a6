"""Writes that leave together: to what runs the application, an answer's head and its body are two.

Each would be a packet of its own, and a call of the system's; together they cost what one does.
"""

import asyncio
from typing import Any, Final

TOGETHER: Final = "interlock_server.together"
"""Where the scope of a request has its connection's `Together`."""


class Together(asyncio.Transport):
    """A connection's transport, as far as uvicorn uses it. While it is held, writes wait for the release."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self._transport = transport
        self._held: list[bytes | bytearray | memoryview] | None = None

    def hold(self) -> None:
        """From now on, writes wait."""
        self._held = []

    def release(self) -> None:
        """Write what waits, at once."""
        held, self._held = self._held, None
        if held:
            self._transport.writelines(held)

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
