"""What ends an attempt that nobody waits for any more. In the engine alone: nobody is told."""

import asyncio

from interlock.records.draft import Cancelled
from interlock.types.records import LEFT


class LostRace(Cancelled):
    """It was cancelled because its race was over."""


def left() -> Cancelled:
    """The caller has left: its task was cancelled, or its stream was not read to the end."""
    return Cancelled(LEFT)


def is_stray(error: BaseException) -> bool:
    """Whether a cancellation is that of a task of a plugin's own, because nobody has cancelled ours."""
    if not isinstance(error, asyncio.CancelledError):
        return False
    task = asyncio.current_task()
    return task is not None and not task.cancelling()
