"""One worker, as the first process knows it."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from interlock_server.operation.lifeline import Order, Word, lines_of

PATIENCE: Final = 60.0
"""Seconds that a worker has to begin, or to load a configuration."""


class Worker:
    """A process that was started. `changed` is called when it says that a file has. `grace` is how many
    seconds it takes to drain at most, as it said last.
    """

    def __init__(self, process: asyncio.subprocess.Process, words: int, changed: Callable[[], None]) -> None:
        self._process, self._changed = process, changed
        self._answer: asyncio.Future[Word | None] | None = None
        self._hearing = asyncio.ensure_future(self._hear(words))
        self.serves = False
        self.grace = 0.0

    @classmethod
    async def start(
        cls,
        command: Sequence[str],
        settings: Mapping[str, Any],
        *,
        inherited: Sequence[int],
        changed: Callable[[], None],
    ) -> "Worker":
        """Start `command` and hand it its settings, in which `words` is the descriptor for what it says."""
        reading, writing = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=subprocess.PIPE,
                pass_fds=(*inherited, writing),
                # Ctrl-C is for the first process, which tells the others.
                process_group=0,
            )
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        worker = cls(process, reading, changed)
        worker._write(json.dumps({**settings, "words": writing}))
        return worker

    @property
    def pid(self) -> int:
        return self._process.pid

    async def answer(self, order: Order | None = None) -> Word | None:
        """What it says to an order, or without one of its beginning; None where it ends or says nothing."""
        if self._hearing.done():
            return None
        self._answer = asyncio.get_running_loop().create_future()
        if order is not None:
            self.tell(order)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                return await self._answer
        return None

    def tell(self, order: Order) -> None:
        """Give an order whose answer nobody waits for."""
        self._write(order)

    def kill(self) -> None:
        """End it by force."""
        # Not by the process's own `kill`, which may take its exit code from whoever waits for it.
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)

    async def ended(self) -> int:
        """Wait until it has; its exit code."""
        return await self._process.wait()

    def _write(self, line: str) -> None:
        pipe = self._process.stdin
        if pipe is not None and not pipe.is_closing():
            pipe.write(f"{line}\n".encode())

    async def _hear(self, words: int) -> None:
        async for line in lines_of(words):
            said, _, grace = line.partition(" ")
            word = Word(said)
            self.grace = float(grace or self.grace)
            if word is Word.CHANGED:
                self._changed()
            elif self._answer is not None and not self._answer.done():
                self._answer.set_result(word)
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(None)
