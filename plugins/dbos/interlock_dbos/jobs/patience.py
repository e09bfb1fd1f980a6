"""Patience with a database that is away for a while."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final, TypeVar

from interlock import StoreError

T = TypeVar("T")

_PAUSE: Final = 1.0


async def again(ask: Callable[[], Awaitable[T]], *, seconds: float) -> T:
    """What it gives, asked anew for so many seconds. Raises StoreError after that."""
    due = monotonic() + seconds
    while True:
        try:
            return await ask()
        except StoreError:
            if monotonic() > due:
                raise
        await asyncio.sleep(_PAUSE)
