"""Tasks that nobody needs any more, seen to their end."""

import asyncio
from collections.abc import Collection
from typing import Any

from interlock.engine.deadline import PATIENCE


async def settled(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Wait until all are done, however often the waiting is cancelled, which counts once they are. Those
    that take their time are cancelled again.

    What they raise is in the record, and nobody's concern any more.
    """
    cancelled: asyncio.CancelledError | None = None
    while pending := [task for task in tasks if not task.done()]:
        try:
            done, late = await asyncio.wait(pending, timeout=PATIENCE)
        except asyncio.CancelledError as error:
            cancelled = error
            continue
        for task in () if done else late:
            task.cancel()
    for task in tasks:
        if not task.cancelled():
            task.exception()
    if cancelled is not None:
        raise cancelled
