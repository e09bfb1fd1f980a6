"""Long work on the loop itself, done a little at a time so that others have their turns."""

import asyncio
from collections.abc import Generator
from time import perf_counter
from typing import Final, TypeVar

from interlock.types.uncollected import collector_waits

__all__ = ["at_once", "in_turns"]

T = TypeVar("T")
_TURN: Final = 0.0015
"""Seconds after which others have theirs: less than a loop may stand still, for the last step may be long."""


async def in_turns(work: Generator[None, None, T]) -> T:
    """What the work returns or raises. It yields wherever it may be interrupted, every millisecond or so, and
    others have their turn there when it is due. Cancelled, it goes no further.
    """
    with collector_waits():
        due = perf_counter() + _TURN
        try:
            while True:
                next(work)
                if perf_counter() >= due:
                    await asyncio.sleep(0)
                    due = perf_counter() + _TURN
        except StopIteration as end:
            made: T = end.value
            return made
        finally:
            work.close()


def at_once(work: Generator[None, None, T]) -> T:
    """The same without a loop, or where there is too little work to interrupt."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            made: T = end.value
            return made
