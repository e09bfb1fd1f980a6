"""Processes that are killed at random moments, and started again by whoever looks after them."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

PATIENCE = 120.0


@dataclass
class Victim:
    """A program, which prints a line once it is ready.

    Attributes:
        kills: when it, or a process of its own, was killed; on the clock of `time.monotonic`.
        deaths: how often it ended without being killed.
    """

    name: str
    command: Sequence[str]
    folder: Path
    environ: Mapping[str, str]
    kills: list[float] = field(default_factory=list)
    deaths: int = 0
    _process: asyncio.subprocess.Process | None = None
    _killed: bool = False
    _ending: bool = False
    _keeping: "asyncio.Task[None] | None" = None

    async def start(self) -> None:
        """Until it is ready; from then on it is kept running."""
        await self._start()
        self._keeping = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Have it end by itself."""
        self._ending = True
        self._end()
        assert self._keeping is not None
        async with asyncio.timeout(PATIENCE):
            await self._keeping

    def kill(self, dice: Random) -> str:
        """It, or one of the processes that it has started. Who it was; empty where it is just starting."""
        process = self._process
        if process is None or process.returncode is not None:
            return ""
        below = _children(process.pid)
        chosen = dice.choice([process.pid, *below])
        self._killed = self._killed or chosen == process.pid
        with contextlib.suppress(ProcessLookupError):
            os.kill(chosen, signal.SIGKILL)
        self.kills.append(time.monotonic())
        return self.name if chosen == process.pid else f"a process of {self.name}"

    @property
    def errors(self) -> str:
        return (self.folder / "stderr").read_text("utf-8")

    async def _start(self) -> None:
        with (self.folder / "stderr").open("a") as errors:
            process = await asyncio.create_subprocess_exec(
                *self.command,
                cwd=self.folder,
                env={**os.environ, **self.environ},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            )
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            await process.stdout.readline()
        self._process = process

    async def _keep(self) -> None:
        while True:
            process = self._process
            assert process is not None
            await process.wait()
            if self._ending and not self._killed:
                return
            self.deaths += not self._killed
            self._killed = False
            await self._start()
            if self._ending:  # it was just beginning when it was told to end
                self._end()

    def _end(self) -> None:
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)


def _children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
    return []


async def kill_at_random(victims: Sequence[Victim], seconds: float, every: float, dice: Random) -> list[str]:
    """Kill one of them now and then, on average `every` so many seconds. Whom."""
    killed = []
    end = time.monotonic() + seconds
    while (pause := dice.expovariate(1 / every)) < end - time.monotonic():
        await asyncio.sleep(pause)
        who = dice.choice(victims).kill(dice)
        if who:
            killed.append(who)
    await asyncio.sleep(max(0.0, end - time.monotonic()))
    return killed
