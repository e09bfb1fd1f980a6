"""Work during which the garbage collector waits.

A collection makes every thread wait, an event loop's too, for as long as there are objects to look at. What
sets off one of all objects is that many new ones outlive a few small collections, as those do that JSON is
read into. None of these is ever part of a circle, and so there is nothing to find among them.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock
from time import monotonic
from traceback import clear_frames
from typing import TypeVar

from interlock.forks import anew

T = TypeVar("T")

# Seconds. Work without end, now in one thread and now in another, must not keep the collector off for ever.
_LONGEST = 1.0


def uncollected(work: Callable[..., T], *arguments: object) -> T:
    """What `work` returns or raises, and of what it made for that nothing but this is left."""
    _waiting.begin()
    try:
        return work(*arguments)
    except Exception as error:
        forget_frames(error)
        raise
    finally:
        _waiting.end()


@contextmanager
def collector_waits() -> Iterator[None]:
    """The same for work of a loop that others have turns between: theirs is uncollected, too."""
    _waiting.begin()
    try:
        yield
    finally:
        _waiting.end()


def forget_frames(error: BaseException | None) -> None:
    """Free what the functions held that an error came out of, here and not where the error is dropped."""
    while error is not None:
        clear_frames(error.__traceback__)
        error = error.__context__


class _Waiting:
    """Whether the process's collector waits, and for how many."""

    def __init__(self) -> None:
        self.start_anew()
        anew(self.resume)

    def start_anew(self) -> None:
        self._lock = RLock()
        self._count = 0
        self._since: float | None = None

    def begin(self) -> None:
        with self._lock:
            self._count += 1
            if self._count == 1 and gc.isenabled():
                self._since = monotonic()
                gc.disable()
            else:
                self._resume_if(monotonic())

    def end(self) -> None:
        with self._lock:
            self._count -= 1
            self._resume_if(monotonic())

    def resume(self) -> None:
        """For a forked child, in which nobody is left who would end what was begun."""
        if self._since is not None:
            gc.enable()
        self.start_anew()

    def _resume_if(self, now: float) -> None:
        if self._since is not None and (self._count == 0 or now - self._since > _LONGEST):
            self._since = None
            gc.enable()


_waiting = _Waiting()
