"""The tasks with a fault each, through the ledger; a person looks at the server where nobody knows."""

import asyncio
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from faults import FAULTS, Aimed, drawn, named
from forkserver import ForkServer, fork_server
from life import lived
from servers import Environment
from tasks import Task

from interlock import RequestError, ToolCall
from interlock_agents import Ledger, Store

HERE = Path(__file__).parent
DONE, PERSON = 0, 3
LIVES = 12


@contextmanager
def serving(there: Environment, server: str) -> Iterator[str]:
    """The root of a server over HTTP."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = there.serve(server, port)
    try:
        for _ in range(600):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


class Played:
    """One task's lives."""

    def __init__(self, proxy: Aimed, lives: ForkServer, store: str, log: Path) -> None:
        self._proxy, self._lives, self._store, self._log = proxy, lives, store, log

    async def play(self, task: Task, calls: Sequence[ToolCall], number: int) -> Counter[str]:
        """What came of it; the state of the server is looked at elsewhere."""
        counts: Counter[str] = Counter(calls=len(calls))
        kind, step, point = drawn(number, max(1, len(calls)))
        self._proxy.aim(FAULTS[kind], step)
        counts[kind] += bool(calls)
        told = {"run": f"task{number}", "server": task.server, "address": f"{self._proxy.url}/mcp"}
        told |= {"store": self._store, "calls": [(each.name, dict(each.arguments)) for each in calls]}
        told |= {"log": str(self._log)}
        for nth in range(LIVES):
            kill = {"point": point, "step": step} if kind == "kill" and nth == 0 else {}
            if kill:
                counts["killed"] += self._lives.live(told | kill).killed
                continue
            code = await lived(told)
            if code != PERSON:
                counts["ended"] += code == DONE
                break
            counts["asked"] += 1
            await self._decide(told["run"], calls)
        counts["by a person"] += counts["asked"] > 0
        wanted = Counter(named(each.name, each.arguments) for each in calls)
        counts["doubled"] += (self._proxy.reached_calls - wanted).total()
        counts["lost"] += (wanted - self._proxy.reached_calls).total()
        return counts

    async def _decide(self, run: str, calls: Sequence[ToolCall]) -> None:
        """What a person says who has looked at the server: whether the call has come there."""
        store = Store.open(self._store)
        try:
            ledger = Ledger(store)
            (effect,) = await ledger.open(run)
            at = int(effect.place.node.removeprefix("step"))
            call = named(calls[at].name, calls[at].arguments)
            before = sum(named(each.name, each.arguments) == call for each in calls[:at])
            decision: Any = "confirmed" if self._proxy.reached_calls[call] > before else "retry"
            for _ in range(200):
                try:
                    await ledger.decide(effect.id, decision, by="ada@example.org", evidence="its database")
                except RequestError:  # it may still happen
                    await asyncio.sleep(0.1)
                else:
                    return
            raise AssertionError("nobody may decide")
        finally:
            await store.aclose()


@contextmanager
def playing(there: Environment, server: str, folder: Path) -> Iterator[tuple[str, Played]]:
    """The address of a server, and what plays tasks with it."""
    with (
        serving(there, server) as root,
        Aimed(root) as proxy,
        fork_server("life", env={"PYTHONPATH": str(HERE)}) as lives,
    ):
        store = f"sqlite:///{folder}/{server}-{time.time_ns()}.db"
        yield f"{root}/mcp", Played(proxy, lives, store, folder / "lives.log")
