"""The strands of one execution: the program runs in the caller's loop, and each step goes through DBOS's."""

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from dbos import DBOS, SetWorkflowID, WorkflowStatus, error
from sqlalchemy.exc import SQLAlchemyError

from interlock import StoreError
from interlock_agents import EngineError, Program
from interlock_agents.engines.building import (
    Act,
    Held,
    LeaseLost,
    Outcome,
    Stopped,
    Strands,
    another_step,
    from_text,
    to_text,
)
from interlock_dbos.hosting import STRAND, Halted, Host, strand, told

_SOON = 0.01  # seconds between looks whether DBOS has kept what a strand gave

T = TypeVar("T")


class Execution:
    """Has DBOS keep what strands give. Its methods are called in the loop in which the run is executed."""

    def __init__(self, host: Host, run: str, program: Program, held: Held) -> None:
        self._host = host
        self._run = run
        self._program = program
        self._held = held
        self._loop = asyncio.get_running_loop()
        self._context = contextvars.copy_context()
        self._workflows: dict[str, contextvars.Context] = {}  # by path
        self._open: set[str] = set()  # ids of workflows that have not ended
        self._resumed = False
        self._watching: set[asyncio.Task[None]] = set()

    async def strands(self) -> Strands:
        """Those of the run, taken up where they were left."""
        kept = await self._kept()
        self._strands = Strands(
            self._run,
            self._program,
            self,
            ended={path: outcome for path, outcome in kept.items() if outcome is not None},
        )
        self._host.executions[self._run] = self
        self._resumed = "" in kept
        if self._resumed and kept[""] is None:
            self._open |= {id_of(self._run, path) for path, outcome in kept.items() if outcome is None}
            await self._asked(
                lambda: DBOS.resume_workflows_async(sorted(self._open), queue_name=self._host.queue)
            )
        return self._strands

    def forget(self) -> None:
        """Work on no further strand."""
        if self._host.executions.get(self._run) is self:
            del self._host.executions[self._run]

    async def close(self) -> None:
        """Cancel what has not ended, so that nothing but another execution takes it up. Raises StoreError."""
        if self._open:
            await self._asked(lambda: DBOS.cancel_workflows_async(sorted(self._open)))

    async def step(self, path: str, number: int, name: str, act: Act) -> Any:
        """What Keeping says."""
        acting = _Acting(name, act, self._check)

        async def taken() -> str:
            return await DBOS.run_step_async({"name": name, "retries_allowed": False}, acting.text)

        try:
            return from_text(await self._host.ask(taken, self._workflows[path]))
        except _Raised as raised:
            raise raised.problem from None
        except error.DBOSUnexpectedStepError as problem:
            raise Stopped(
                another_step(self._run, path, number=number, kept=_recorded(problem), asked=name)
            ) from problem
        except (error.DBOSWorkflowConflictIDError, error.DBOSWorkflowCancelledError) as problem:
            raise Stopped(self._lost()) from problem
        except (error.DBOSException, SQLAlchemyError) as problem:
            raise Stopped(told(problem, self._host.address)) from problem
        finally:
            await acting.over()

    async def begin(self, path: str, *, by: str) -> None:
        """What Keeping says."""
        if not path and self._resumed:
            return
        self._check()
        id_ = id_of(self._run, path)

        async def started() -> str:
            with SetWorkflowID(id_):
                return (await DBOS.start_workflow_async(strand, self._run, path)).workflow_id

        if not self._strands.has_ended(path):
            self._open.add(id_)
        try:
            found = await self._host.ask(started, self._workflows[by] if path else None)
        except error.DBOSUnexpectedStepError as problem:
            raise Stopped(
                another_step(self._run, by, kept=_recorded(problem), asked=f"start {path}")
            ) from problem
        except (error.DBOSWorkflowConflictIDError, error.DBOSWorkflowCancelledError) as problem:
            raise Stopped(self._lost()) from problem
        except (error.DBOSException, SQLAlchemyError) as problem:
            raise Stopped(told(problem, self._host.address)) from problem
        if found != id_:
            raise Stopped(another_step(self._run, by, kept=f"start {found}", asked=f"start {id_}"))

    async def work(self, path: str) -> str:
        """What Hosted says."""
        self._workflows[path] = contextvars.copy_context()
        begun = self._context.copy().run(
            asyncio.run_coroutine_threadsafe, self._strands.work(path), self._loop
        )
        outcome = await asyncio.wrap_future(begun)
        if outcome is None:
            raise Halted
        watch = contextvars.Context().run(asyncio.get_running_loop().create_task, self._watch(path))
        self._watching.add(watch)
        watch.add_done_callback(self._watching.discard)
        return outcome.text

    async def _watch(self, path: str) -> None:
        """Say that a strand has ended once DBOS has kept how."""
        try:
            handle: Any = await DBOS.retrieve_workflow_async(id_of(self._run, path))
            kept = await handle.get_result(polling_interval_sec=_SOON)
        except error.DBOSAwaitedWorkflowCancelledError:
            self._call(self._strands.give_up, self._lost())
        except (error.DBOSException, SQLAlchemyError) as problem:
            self._call(self._strands.give_up, told(problem, self._host.address))
        else:
            self._call(self._ended, path, Outcome.kept(kept))

    def _ended(self, path: str, outcome: Outcome) -> None:
        self._open.discard(id_of(self._run, path))
        self._strands.ended(path, outcome)

    def _call(self, what: Any, *arguments: Any) -> None:
        with suppress(RuntimeError):  # the caller's loop is closed
            self._loop.call_soon_threadsafe(what, *arguments)

    async def _kept(self) -> dict[str, Outcome | None]:
        """By path the strands that DBOS knows, and how those have ended that have."""
        root = id_of(self._run, "")
        return {
            each.workflow_id.removeprefix(root).removeprefix("/"): _outcome(each)
            for each in await self._asked(
                lambda: DBOS.list_workflows_async(workflow_id_prefix=root, load_input=False)
            )
            if each.workflow_id == root or each.workflow_id.startswith(f"{root}/")
        }

    async def _asked(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        return await _asked(self._host, work)

    def _check(self) -> None:
        try:
            self._held.check()
        except LeaseLost as problem:
            raise Stopped(problem) from None

    def _lost(self) -> LeaseLost:
        return LeaseLost(f"another execution has taken over the run {self._run!r}")


class _Raised(BaseException):
    """Carries what an act has raised past DBOS, which would keep it."""

    def __init__(self, problem: Exception) -> None:
        super().__init__()
        self.problem = problem


class _Acting:
    """What a step does: in the loop and the context of the program, for a step that DBOS takes in its own."""

    def __init__(self, name: str, act: Act, check: Callable[[], None]) -> None:
        """`check` raises Stopped where nothing may be begun any more."""
        self._name = name
        self._act = act
        self._check = check
        self._loop = asyncio.get_running_loop()
        self._context = contextvars.copy_context()
        self._task: asyncio.Task[Any] | None = None

    async def text(self) -> str:
        """Called in DBOS's loop."""
        begun = self._context.run(asyncio.run_coroutine_threadsafe, self._acted(), self._loop)
        return await asyncio.wrap_future(begun)

    async def over(self) -> None:
        """Wait until it has closed what it had open: cancelled, it was so by way of DBOS's loop."""
        if self._task is not None and not self._task.done():
            await asyncio.wait([self._task])

    async def _acted(self) -> str:
        self._task = asyncio.current_task()
        try:
            self._check()
            return to_text(await self._act(), what=f"the step {self._name!r}")
        except Exception as problem:
            raise _Raised(problem) from problem


def id_of(run: str, path: str) -> str:
    """The id of a strand's workflow."""
    root = run.replace("%", "%25").replace("/", "%2F")
    return f"{root}/{path}" if path else root


async def ended_run(host: Host, run: str) -> Outcome:
    """How the run's own strand has ended."""
    found = await _asked(host, lambda: DBOS.list_workflows_async(workflow_ids=[id_of(run, "")]))
    outcome = _outcome(found[0]) if found else None
    if outcome is None:
        raise StoreError(f"{host.address.label}: the run {run!r} has ended, and DBOS does not know it")
    return outcome


def _outcome(found: WorkflowStatus) -> Outcome | None:
    if found.name != STRAND:
        raise EngineError(f"a workflow of DBOS that is no strand has the id {found.workflow_id!r}")
    if found.status == "SUCCESS":
        return Outcome.kept(str(found.output))
    return Outcome.raised(found.error) if found.status == "ERROR" and found.error else None


def _recorded(problem: error.DBOSUnexpectedStepError) -> str:
    """The name of the step that is kept."""
    return str(problem.inputs[3])


async def _asked(host: Host, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    try:
        return await host.ask(work)
    except (error.DBOSException, SQLAlchemyError) as problem:
        raise told(problem, host.address) from problem
