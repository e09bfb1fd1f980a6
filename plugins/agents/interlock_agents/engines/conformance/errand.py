"""A run with every kind of boundary in it, and the notes that it leaves outside of any engine."""

import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from interlock_agents.engines.errors import StrandFailed
from interlock_agents.engines.protocol import Strand, Suspended

RESULT = {
    "plan": {"parts": ["a", "b", "c"], "share": 0.25, "text": "ein Plän \u2713", "none": None},
    "a": ["a1", "a2", "deep"],
    "b": "ValueError: b does not work",
    "c": "c2",
    "sum": 4,
}
WAITS = "c waits for somebody"


class World:
    """What happens outside: a file of notes, each written at once, and what somebody has agreed to."""

    def __init__(self, folder: Path) -> None:
        self._notes = folder / "notes"
        self._agreed = folder / "agreed"

    def note(self, what: str, of: str) -> None:
        """One line, which a kill cannot part."""
        with os.fdopen(os.open(self._notes, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "wb") as file:
            file.write(f"{what} {of}\n".encode())

    def notes(self) -> list[tuple[str, str]]:
        """All, in their order."""
        if not self._notes.exists():
            return []
        lines = self._notes.read_text(encoding="utf-8").splitlines()
        return [(what, of) for what, _, of in (line.partition(" ") for line in lines)]

    def agree(self) -> None:
        """Have what waits for somebody go on."""
        self._agreed.touch()

    @property
    def agreed(self) -> bool:
        """Whether somebody has agreed."""
        return self._agreed.exists()


class Errand:
    """The program. It says where it is by points, and at one of them it dies, or stands still."""

    def __init__(self, world: World, *, at: str = "", signal_: int = signal.SIGKILL) -> None:
        """`at`: the point at which this process sends itself the signal, the first time that it is there."""
        self._world = world
        self._at = at
        self._signal = signal_

    def point(self, name: str) -> None:
        """Where it is."""
        self._world.note("at", name)
        if name == self._at:
            self._at = ""
            os.kill(os.getpid(), self._signal)

    async def __call__(self, strand: Strand) -> Any:
        match strand.path:
            case "":
                return await self._root(strand)
            case "a":
                done = [await self._step(strand, "a1", "a1"), await self._step(strand, "a2", "a2")]
                await self._start(strand, "a/deep")
                return [*done, await self._result(strand, "a/deep")]
            case "b":
                await self._step(strand, "b1", None)
                raise ValueError("b does not work")
            case "c":
                return await self._waiting(strand)
            case "a/deep":
                return await self._step(strand, "deep", "deep")
            case other:
                raise LookupError(f"nobody started {other!r}")

    async def _root(self, strand: Strand) -> Any:
        plan = await self._step(strand, "plan", RESULT["plan"])
        for path in plan["parts"]:
            await self._start(strand, path)
        results = {}
        left = list(plan["parts"])
        while left:
            self.point(f"before first of {len(left)}")
            path = await strand.first(left)
            self.point(f"after first of {len(left)}")
            left.remove(path)
            results[path] = await self._result(strand, path)
        total = await self._step(strand, "sum", len(results) + 1)
        self.point("before the end")
        return {"plan": plan, **results, "sum": total}

    async def _waiting(self, strand: Strand) -> str:
        await self._step(strand, "c1", "c1")
        if not self._world.agreed:
            self.point("before suspension")
            raise Suspended(WAITS)
        return str(await self._step(strand, "c2", "c2"))

    async def _step(self, strand: Strand, name: str, value: Any) -> Any:
        self.point(f"before step {name}")
        given = await strand.step(name, self._act(name, value))
        self._world.note("kept", name)
        self.point(f"after step {name}")
        return given

    def _act(self, name: str, value: Any) -> Callable[[], Awaitable[Any]]:
        async def act() -> Any:
            self.point(f"before act {name}")
            self._world.note("act", name)
            self.point(f"after act {name}")
            return value

        return act

    async def _start(self, strand: Strand, path: str) -> None:
        self.point(f"before start {path}")
        await strand.start(path)
        self.point(f"after start {path}")

    async def _result(self, strand: Strand, path: str) -> Any:
        self.point(f"before result {path}")
        try:
            return await strand.result(path)
        except StrandFailed as failed:
            return f"{failed.kind}: b does not work" if "b does not work" in str(failed) else str(failed)
        finally:
            self.point(f"after result {path}")
