"""Processes that execute the errand, started quickly: each is forked off one that has imported everything."""

import asyncio
import json
import multiprocessing
import os
import signal
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from interlock_agents.engines.conformance.errand import Errand, World
from interlock_agents.engines.protocol import EngineCall, EngineKind, Suspended

RUN = "errand/1%"
_PATIENCE = 60.0  # seconds for a process to end


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an engine keeps what it keeps: new and empty for each case.

    Attributes:
        url: with the engine's scheme.
        folder: where a relative path in it begins, and where the errand leaves its notes.
    """

    url: str = field(repr=False)
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a process has ended: `killed`, or with what `execute` gave or raised."""

    killed: bool = False
    value: Any = None
    suspended: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a process is told: which engine, and the point at which it sends itself which signal."""

    kind: EngineKind
    place: Place
    at: str = ""
    signal: int = signal.SIGKILL
    lease: float = 30.0
    answer: Path = field(default_factory=Path)


class Process:
    """One process that executes the run."""

    def __init__(self, told: Told) -> None:
        folder = told.place.folder
        self._answer = folder / f"answer-{len(list(folder.glob('answer-*')))}"
        self._answer.touch()
        told = replace(told, answer=self._answer)
        self._process = multiprocessing.get_context("forkserver").Process(target=_execute, args=(told,))
        self._process.start()

    def end(self, *, within: float | None = None) -> Ended:
        """Wait for its end; kill it if it has not come `within` so many seconds."""
        self._process.join(_PATIENCE if within is None else within)
        if self._process.exitcode is None:
            self.kill()
            if within is None:
                raise AssertionError(f"a process did not end within {_PATIENCE:.0f} s")
        code = self._process.exitcode
        self._process.close()
        if code == -signal.SIGKILL:
            return Ended(killed=True)
        told = self._answer.read_text(encoding="utf-8")
        return Ended(**json.loads(told)) if told else Ended(error=f"it ended with the code {code}")

    def kill(self) -> None:
        """As SIGKILL does."""
        self._process.kill()
        self._process.join(_PATIENCE)

    def go_on(self) -> None:
        """After it has stopped itself."""
        os.kill(self._process.pid or 0, signal.SIGCONT)


def preload(*modules: str) -> None:
    """Have all processes begin with these modules imported; it counts before the first one alone."""
    own = ("interlock_agents.engines.entries", "interlock_sql.building", "alembic.command")
    multiprocessing.get_context("forkserver").set_forkserver_preload(["__main__", __name__, *own, *modules])


def _execute(told: Told) -> None:
    """What such a process does. It ends without closing anything, as processes do that are stopped."""
    errand = Errand(World(told.place.folder), at=told.at, signal_=told.signal)
    call = EngineCall(url=told.place.url, folder=told.place.folder, program=errand, lease=told.lease)
    asyncio.run(_answered(told, call, errand))


async def _answered(told: Told, call: EngineCall, errand: Errand) -> None:
    engine = told.kind.open(call)
    answer: dict[str, Any]
    errand.point("before execution")
    try:
        answer = {"value": await engine.execute(RUN)}
    except Suspended as suspended:
        answer = {"suspended": str(suspended)}
        errand.point("after suspension")
    except Exception as error:  # noqa: BLE001 - the parent says what it was
        answer = {"error": f"{type(error).__name__}: {error}"}
    else:
        errand.point("after the end")
    told.answer.write_text(json.dumps(answer), encoding="utf-8")
    os._exit(0)
