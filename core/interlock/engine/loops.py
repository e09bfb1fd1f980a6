"""The event loop that a call needs."""

from typing import TYPE_CHECKING

from interlock.errors import InterlockError

if TYPE_CHECKING:
    import asyncio


def running_loop() -> "asyncio.AbstractEventLoop":
    """Raises InterlockError where there is none, as under trio."""
    import asyncio  # noqa: PLC0415 - not when interlock is imported

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        raise InterlockError(
            "asynchronous calls run on asyncio, and no loop of it runs here; under trio, or another library, "
            "use complete_sync, stream_sync and close_sync in a thread"
        ) from None
