"""One thread for a driver that blocks. It works until the last moment of the interpreter, as pools do not."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
_Job = tuple[Callable[[], Any], "Future[Any]"]


class Worker:
    """Runs functions one after another in a thread of its own, in the order in which they are given."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    @property
    def busy(self) -> bool:
        """Whether its thread has been started, and not been stopped since."""
        return self._thread is not None

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` returns or raises."""
        future: Future[T] = Future()
        with self._lock:
            if self._thread is None and not self._start():
                return work()
            self._jobs.put((work, future))
        return await asyncio.wrap_future(future)

    def stop(self) -> None:
        """Let the thread end after what was given to it. A later `run` starts another."""
        with self._lock:
            if self._thread is not None:
                self._jobs.put(None)
                self._jobs = SimpleQueue()
                self._thread = None

    def _start(self) -> bool:
        thread = threading.Thread(target=_serve, args=(self._jobs,), name=self._name, daemon=True)
        try:
            thread.start()
        except RuntimeError:
            # The interpreter is on its way out and starts no thread any more: the work is done right here.
            return False
        self._thread = thread
        return True


def _serve(jobs: "SimpleQueue[_Job | None]") -> None:
    while (job := jobs.get()) is not None:
        work, future = job
        if not future.set_running_or_notify_cancel():
            continue
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - whoever waits raises it
            future.set_exception(error)
        else:
            future.set_result(result)
        del job, work, future
