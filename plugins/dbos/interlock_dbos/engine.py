"""The engine: a run and each of its strands are workflows of DBOS, and their steps its steps."""

import asyncio
from collections.abc import Sequence
from typing import Any

from interlock.protocols import API
from interlock_agents import EngineCall
from interlock_agents.engines.building import Executions, Held, Lease, Leases, Left, Strands
from interlock_dbos.execution import Execution, ended_run
from interlock_dbos.hosting import Host, enter, leave
from interlock_dbos.leasing import LeaseStore
from interlock_dbos.tables import runs
from interlock_sql import Address


class DbosEngine:
    """Executes runs in this process, by DBOS. It is launched when there is something to execute."""

    api = API
    name = "dbos"

    def __init__(self, call: EngineCall, address: Address) -> None:
        """The address is that of DBOS's system database."""
        self._call = call
        self._address = address
        self._store = LeaseStore(address, thread="interlock-dbos-leases")
        self._leases = Leases(runs, seconds=call.lease)
        self._executions = Executions(self, lease=call.lease)
        self._host: Host | None = None
        self._going: dict[tuple[str, int], Execution] = {}

    async def execute(self, run: str) -> Any:
        """What the protocol says."""
        return await self._executions.execute(run)

    async def unfinished(self) -> Sequence[str]:
        """What the protocol says."""
        return await self._store.run(self._leases.unfinished)

    async def aclose(self) -> None:
        """What the protocol says."""
        await self._executions.aclose()
        host, self._host = self._host, None
        if host is not None:
            await asyncio.to_thread(leave, host)
        await self._store.aclose()

    async def claim(self, run: str, owner: str, *, seen: int | None) -> Lease:
        """What Runs says."""
        return await self._store.run(lambda it: self._leases.claim(it, run, owner, seen=seen))

    async def renew(self, run: str, epoch: int) -> None:
        """What Runs says."""
        await self._store.run(lambda it: self._leases.keep(it, run, epoch))

    async def leave(self, run: str, epoch: int, state: Left, *, reason: str = "") -> None:
        """What Runs says. What has not ended is cancelled, as DBOS has it, and resumed the next time."""
        execution = self._going.pop((run, epoch), None)
        if execution is not None:
            execution.forget()
            await self.renew(run, epoch)  # or they are another's
            await execution.close()
        await self._store.run(lambda it: self._leases.leave(it, run, epoch, state, reason=reason))

    async def outcome(self, run: str) -> Any:
        """What Runs says."""
        return (await ended_run(await self._hosted(), run)).give("")

    async def strands(self, run: str, epoch: int, held: Held) -> Strands:
        """What Runs says."""
        execution = Execution(await self._hosted(), run, self._call.program, held)
        self._going[run, epoch] = execution
        return await execution.strands()

    async def _hosted(self) -> Host:
        if self._host is None:
            spare = self._take(await asyncio.to_thread(enter, self._address))
            if spare is not None:
                await asyncio.to_thread(leave, spare)
        return self._host or await self._hosted()

    def _take(self, host: Host) -> Host | None:
        """What is not needed: another execution may have been quicker."""
        if self._host is not None:
            return host
        self._host = host
        return None
