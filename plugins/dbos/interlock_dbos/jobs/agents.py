"""Runs of agents as jobs: the one task of such a job is to go on with its run until it ends or waits."""

import asyncio
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import time
from typing import TYPE_CHECKING, Any, Final

from interlock import InterlockError
from interlock.protocols import API
from interlock_agents import Agent, EngineCall
from interlock_agents.approvals import ApprovalRules
from interlock_dbos.jobs.contract import JobCall, NeedsPerson, OutOfMoney, Progress, Task
from interlock_dbos.jobs.places import PREFIX

if TYPE_CHECKING:
    from interlock_agents import DurableEngine, Run

KIND: Final = "agent"

_NOTIFY: Final = "INTERLOCK_AGENTS_NOTIFY"

_LEASE: Final = 15.0
"""Seconds for which nobody else goes on with a run whose process is silent: less than a worker's lease, so
that whoever adopts its task need not wait."""


class RunFailed(InterlockError):
    """The run of an agent has failed, or was cancelled."""


class Agents:
    """The kind of jobs that are runs of agents."""

    name = KIND

    def open(self, call: JobCall) -> "AgentWork":
        """It does no I/O."""
        return AgentWork(call)


class AgentWork:
    """The work of one run, in one worker. Its methods raise StoreError and RequestError."""

    def __init__(self, call: JobCall) -> None:
        self._job, self._terms = call.job, call.terms
        self._run = str(call.job.spec["run"])
        self._agent = _agent_of(call)

    async def tasks(self) -> Sequence[Task]:
        """To go on with the run."""
        return [Task(key=self._run)]

    async def do(self, key: str) -> None:
        """Go on with it; what has been done is not done again. It is broken off where the job is cancelled.

        Raises:
            NeedsPerson: it goes no further without one.
            OutOfMoney: it has used up its budget.
            RunFailed: it has not ended well.
        """
        async with self._terms.room():
            going = asyncio.ensure_future(self._agent.resume(key, budget=self._budget()))
            over = asyncio.ensure_future(self._terms.over())
            try:
                await asyncio.wait({going, over}, return_when=asyncio.FIRST_COMPLETED)
                left = not going.done()
            finally:
                over.cancel()
                going.cancel()
                await asyncio.wait({going, over})
        if not left:
            _check(going.result())

    async def progress(self) -> Progress:
        """How many nodes of its plan are done."""
        run = await self._agent.show(self._run)
        states = Counter(each.state for each in run.nodes.values())
        return Progress(
            done=states["done"] + states["skipped"],
            total=max(1, states.total()),
            errors=states["failed"],
            spent=run.spent.usd,
            held=run.held.usd,
        )

    async def ready(self) -> bool:
        """Whether somebody has answered, or the run has gone on elsewhere."""
        run = await self._agent.show(self._run)
        if run.state != "needs_person":
            return True
        waits = {each.node for each in run.waiting_for}
        if any(node.state == "waiting" and name not in waits for name, node in run.nodes.items()):
            return True
        unknown = {each.id for each in run.effects if each.state == "unknown"}
        for each in run.waiting_for:
            if each.kind == "effect" and each.id not in unknown:
                return True
            if each.kind == "approval":
                approval = await self._agent.requests.get(each.id)
                if not approval.open or approval.times_out < time():
                    return True
        return False

    async def end(self) -> int:
        """One where the run has not ended."""
        return int((await self._agent.show(self._run)).state != "done")

    async def aclose(self) -> None:
        """Disconnect."""
        await self._agent.aclose()

    def _budget(self) -> Mapping[str, float] | None:
        """What the run may use from now on, where the job was given another budget than it began with."""
        begun: dict[str, float] = self._job.spec.get("budget") or {}
        if self._job.budget is None or self._job.budget == begun.get("usd"):
            return None
        return {**begun, "usd": self._job.budget}


class _Engine:
    """DBOS as the worker has it, in the same database."""

    api = API
    name = "dbos"
    schemes: tuple[str, ...] = ()  # it is given, and not looked for

    def __init__(self, call: JobCall) -> None:
        self._address = call.address

    def open(self, call: EngineCall) -> "DurableEngine":
        from interlock_dbos.engine import DbosEngine  # noqa: PLC0415 - DBOS takes a second to import

        return DbosEngine(replace(call, lease=_LEASE), self._address)


def _agent_of(call: JobCall) -> Agent:
    """As `interlock agent run` makes it in its own process."""
    from interlock_agents.approvals import notifiers_of  # noqa: PLC0415 - looks for what is installed
    from interlock_agents.plans import ModelPlanner  # noqa: PLC0415 - not needed by most runs

    spec = call.job.spec
    planner = ModelPlanner(router=call.router, constraints=spec["constraints"]) if spec["planned"] else None
    rules: dict[str, Any] = {"four_eyes": tuple(spec["four_eyes"]), "page": spec["page"]}
    return Agent(
        call.router,
        store=f"{PREFIX}{call.url}",
        folder=call.folder,
        engine=_Engine(call),
        planner=planner,
        approvals=ApprovalRules(**rules),
        notifiers=notifiers_of(os.environ.get(_NOTIFY, "").split() or ["stderr:"], call.folder),
        stuck=spec["stuck"],
        unpriced=spec["unpriced"],
    )


def _check(run: "Run") -> None:
    """Raises what a job has to know of a run that has not ended well."""
    if run.state == "needs_person":
        raise NeedsPerson(run.why)
    if run.state == "over_budget":
        raise OutOfMoney
    if run.state != "done":
        raise RunFailed(run.why or f"the run is {run.state}")


AGENTS: Final = Agents()
