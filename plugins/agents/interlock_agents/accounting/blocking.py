"""Coroutines for whoever has no event loop, or has one and may not wait in it."""

import asyncio
import contextvars
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def run_blocking(work: Coroutine[Any, Any, T]) -> T:
    """What the coroutine returns or raises, in an event loop of its own and in the caller's context."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    context = contextvars.copy_context()
    with ThreadPoolExecutor(1, thread_name_prefix="interlock-agents-blocking") as thread:
        return thread.submit(context.run, asyncio.run, work).result()
