"""Synchronous calls: one long-lived loop in a background thread, so that connections outlive a call."""

import asyncio
import atexit
import os
import threading
import weakref
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

from interlock.errors import InterlockError
from interlock.forks import lock_of

T = TypeVar("T")


class Bridge:
    """Runs coroutines on a loop of its own, for callers on any thread. Made anew after a fork.

    What is handed over is handed over under the lock, so that no loop that is being closed is given work
    that it would never begin. The lock is re-entrant: an abandoned call may be collected by the garbage
    collector while it is held, and leave a record to be written.
    """

    def __init__(self) -> None:
        self._lock = lock_of(self)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._pid = 0
        _BRIDGES.add(self)

    @property
    def running(self) -> bool:
        return self._loop is not None and self._pid == os.getpid()

    def run(self, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The coroutine's result. An interrupt in the waiting thread cancels the coroutine.

        Raises InterlockError when the bridge is closed before the coroutine has ended.
        """
        if threading.current_thread() is self._thread and self.running:
            raise RuntimeError(
                "a synchronous call from the bridge's own loop would wait for itself; use await"
            )
        future = self.submit(make)
        try:
            return future.result()
        except CancelledError:
            raise InterlockError("the router was closed before the call had ended") from None
        except BaseException:
            future.cancel()
            raise

    def submit(self, make: Callable[[], Coroutine[Any, Any, T]]) -> "Future[T]":
        """Begin the coroutine; from any thread."""
        with self._lock:
            return asyncio.run_coroutine_threadsafe(make(), self.loop())

    def call_soon(self, callback: Callable[[], object]) -> None:
        """Have the loop call `callback`; from any thread."""
        with self._lock:
            self.loop().call_soon_threadsafe(callback)

    def loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None or self._pid != os.getpid():
                loop, pid = asyncio.new_event_loop(), os.getpid()
                thread = threading.Thread(target=_serve, args=(loop,), name="interlock-bridge", daemon=True)
                self._loop, self._pid, self._thread = loop, pid, thread
                thread.start()
                # A bridge that nobody holds any more takes its thread along.
                weakref.finalize(self, _stop, loop, pid).atexit = False
            return self._loop

    def close(self) -> None:
        """Stop the loop after what it is doing. A later call starts another."""
        with self._lock:
            loop, thread, pid = self._loop, self._thread, self._pid
            self._loop = self._thread = None
            if loop is None or thread is None or pid != os.getpid() or thread is threading.current_thread():
                return
            loop.call_soon_threadsafe(loop.stop)
        thread.join()


def _stop(loop: asyncio.AbstractEventLoop, pid: int) -> None:
    if pid == os.getpid() and not loop.is_closed():
        loop.call_soon_threadsafe(loop.stop)


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        # A router that was forgotten meanwhile may just have asked for its connections to be closed.
        while tasks := asyncio.all_tasks(loop):
            loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.close()


_BRIDGES: "weakref.WeakSet[Bridge]" = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    for bridge in list(_BRIDGES):
        bridge.close()
