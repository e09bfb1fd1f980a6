"""Work that blocks, out of the loop's way for as long as there are threads for it."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def aside(work: Callable[..., T], *arguments: object) -> T:
    """What `work` returns or raises. It runs in a thread, or right here when the interpreter is ending."""
    running = asyncio.get_running_loop()
    try:
        future = running.run_in_executor(None, lambda: work(*arguments))
    except RuntimeError:
        return work(*arguments)
    return await future
