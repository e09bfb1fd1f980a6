"""Several processes at one port: started, told to reload one after another, replaced when they die.

uvicorn has such a supervisor, but on SIGHUP it starts every process anew, and with it the connections to
vendors, their health and what was spent; ours reload within.
"""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from interlock_server.operation.lifeline import Order, Word
from interlock_server.operation.listening import Places
from interlock_server.operation.workers import Worker

INTERRUPTED: Final = 130
"""The exit code after Ctrl-C."""

_AT_LEAST: Final = 1.0  # seconds before a place is tried again
_SLOWEST: Final = 30.0
_BEYOND: Final = 5.0  # seconds over its grace, after which a process is ended by force


class Supervisor:
    """Keeps `count` processes of `command`, each at its of the `places`.

    Each is handed `settings`, and in them its `place`, 0 for the first, and the descriptor of the `socket`.
    """

    def __init__(
        self,
        command: Sequence[str],
        settings: Mapping[str, Any],
        places: Places,
        *,
        count: int,
        say: Callable[[str], None],
        ended: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`say` takes a sentence for whoever runs the server, `ended` the number of a process that has."""
        self._command, self._settings, self._places = command, settings, places
        self._count, self._say, self._told_ended = count, say, ended
        self._workers: dict[int, Worker] = {}
        self._stopping = asyncio.Event()
        self._reloading = asyncio.Lock()
        self._tasks: set[asyncio.Task[bool]] = set()

    def stop(self) -> None:
        """Have all of them drain; asked once more, end them at once."""
        if self._stopping.is_set():
            for worker in self._workers.values():
                worker.kill()
            return
        self._stopping.set()
        # A socket takes connections until the last one who has it closes it.
        self._places.close()
        for worker in self._workers.values():
            worker.tell(Order.STOP)

    def reload_soon(self) -> None:
        """Begin to `reload`."""
        self._tasks.add(task := asyncio.ensure_future(self.reload()))
        task.add_done_callback(self._tasks.discard)

    async def reload(self) -> bool:
        """Have each load its configuration anew. What the first one refuses, no other is asked to take."""
        async with self._reloading:
            for place in range(self._count):
                worker = self._workers[place]
                if not worker.serves or self._stopping.is_set():
                    continue
                word = await worker.answer(Order.RELOAD)
                if word is Word.REFUSED:
                    return False
                if word is None and not self._stopping.is_set():
                    worker.kill()  # it ended, or hangs; its successor has what is new
        return True

    async def run(self, ready: Callable[[], None] | None = None) -> int:
        """Until it is stopped. `ready` is called once all serve. The exit code: that of a process which could
        not begin, else 0.
        """
        failed = await self._start(0)
        if failed is None:
            # What one process cannot do, none can: it alone complains.
            codes = await asyncio.gather(*map(self._start, range(1, self._count)))
            failed = next((code for code in codes if code is not None), None)
        if failed is not None and not self._stopping.is_set():
            self.stop()
        if self._stopping.is_set():
            await asyncio.gather(*map(self._ended, self._workers.values()))
            return failed or 0
        if ready is not None:
            ready()
        await asyncio.gather(*map(self._keep, range(self._count)))
        return 0

    async def _start(self, place: int) -> int | None:
        """The exit code of a process that could not begin."""
        if self._stopping.is_set():
            return None
        descriptor = self._places.at(place).fileno()
        worker = self._workers[place] = await Worker.start(
            self._command,
            {**self._settings, "place": place, "socket": descriptor},
            inherited=(descriptor,),
            changed=self.reload_soon,
        )
        if await worker.answer() is Word.READY:
            worker.serves = True
            if self._stopping.is_set():
                worker.tell(Order.STOP)
            return None
        if self._stopping.is_set():
            return None
        worker.kill()
        return abs(await worker.ended()) or 1

    async def _keep(self, place: int) -> None:
        """Replace the process at that place whenever it ends by itself."""
        clock = asyncio.get_running_loop().time
        pause = 0.0
        while True:
            worker, began = self._workers[place], clock()
            code = await self._ended(worker)
            self._told_ended(worker.pid)
            if self._stopping.is_set():
                return
            self._say(f"process {worker.pid} ended with {code} and is replaced")
            pause = 0.0 if clock() - began > _SLOWEST else pause or _AT_LEAST
            while not self._stopping.is_set():
                if pause:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._stopping.wait(), pause)
                if await self._start(place) is None:
                    break
                self._places.leave(place)
                pause = min(2 * pause, _SLOWEST) if pause else _AT_LEAST
                self._say(f"its successor could not begin; once more in {pause:g} s")

    async def _ended(self, worker: Worker) -> int:
        """Its exit code. One that does not end when it is told to is ended by force."""
        waiting = asyncio.ensure_future(worker.ended())
        stopping = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait({waiting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        done, _ = await asyncio.wait({waiting}, timeout=worker.grace + _BEYOND)
        if not done:
            worker.kill()
        return await waiting


async def supervised(supervisor: Supervisor, ready: Callable[[], None] | None = None) -> int:
    """Run it with its signals: SIGTERM and Ctrl-C stop, SIGHUP reloads. Its exit code, 130 after Ctrl-C."""
    loop = asyncio.get_running_loop()
    stopped: list[signal.Signals] = []

    def stop(by: signal.Signals) -> None:
        stopped.append(by)
        supervisor.stop()

    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop, each)
    loop.add_signal_handler(signal.SIGHUP, supervisor.reload_soon)
    code = await supervisor.run(ready)
    return INTERRUPTED if not code and stopped[:1] == [signal.SIGINT] else code


def command_of(module: str) -> list[str]:
    """The command that runs a module in this interpreter, which looks for none in the current folder."""
    return [sys.executable, "-P", "-m", module]
