"""A program that serves until its client or a signal ends it."""

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final

INTERRUPTED: Final = 130
_PATIENCE = 10.0


async def until_told(work: Coroutine[Any, Any, None], stop: Callable[[], None] | None = None) -> int:
    """The exit code: 0 when the work has ended, or was told to by SIGTERM, 130 by SIGINT.

    `stop` asks the work to end; without it, it is cancelled. Ten seconds later the process ends as it is.
    """
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(work)
    told: list[int] = []

    def end(number: int) -> None:
        if told and stop is not None:
            task.cancel()
        elif stop is not None:
            stop()
        else:
            task.cancel()
        told.append(number)
        last = threading.Timer(_PATIENCE, os._exit, [_code(told)])
        last.daemon = True
        last.start()

    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # on Windows
            loop.add_signal_handler(number, end, number)
    try:
        await task
    except asyncio.CancelledError:
        if not told:
            raise
    return _code(told)


def _code(told: list[int]) -> int:
    return INTERRUPTED if told and told[0] == signal.SIGINT else 0
