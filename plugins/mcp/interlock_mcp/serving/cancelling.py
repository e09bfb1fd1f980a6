"""Work that is cancelled once, as a program's own would be."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import anyio

T = TypeVar("T")
_CLOSING = 5.0


async def cancelled_once(work: Coroutine[Any, Any, T]) -> T:
    """What the work gives, in a task of its own.

    A cancelled request cancels it, and waits up to five seconds for what it closes. The SDK's own way, by
    anyio, would cancel each of its awaits anew, those in which connections are closed among them.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.cancel()
        with anyio.CancelScope(shield=True):
            await asyncio.wait([task], timeout=_CLOSING)
        raise
