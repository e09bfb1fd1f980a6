"""The strands of one execution of a run: tasks of one event loop, whoever keeps what their steps give."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

from interlock import StoreError
from interlock_agents.engines.errors import EngineError, NotDeterministic
from interlock_agents.engines.outcomes import Outcome
from interlock_agents.engines.protocol import Program, Suspended
from interlock_agents.engines.values import check

_FIRST = "interlock.first"

Act = Callable[[], Awaitable[Any]]


class LeaseLost(Exception):
    """Another execution has the run now, and what this one does is kept no more."""


class Stopped(Exception):
    """The engine cannot go on with the run, whatever the program makes of it, because of `reason`."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Keeping(Protocol):
    """What an engine does for the strands of one execution."""

    async def step(self, path: str, number: int, name: str, act: Act) -> Any:
        """What that step of the strand gave, kept before this returns. What `act` raises is raised.

        `number`: how many steps the strand has taken before.

        Raises:
            Stopped: a step of another name is kept there, or what it gave could not be kept.
        """
        ...

    async def begin(self, path: str, *, by: str) -> None:
        """Have a strand worked on, as the strand `by` asks, by a call of `Strands.work`.

        Begun before, by whomever, or ended, it is not begun again.

        Raises:
            Stopped: it could not be.
        """
        ...


class Strands:
    """Works on a run's strands from the one with the empty path on. One failing takes no other with it."""

    def __init__(self, run: str, program: Program, keeping: Keeping, *, ended: Mapping[str, Outcome]) -> None:
        """`ended`: by path, how those have ended that were done before."""
        self.run = run
        self._program = program
        self._keeping = keeping
        self._loop = asyncio.get_running_loop()
        self._ends: dict[str, asyncio.Future[Outcome | Suspended]] = {}
        self._broken: asyncio.Future[Outcome | Suspended] = self._loop.create_future()
        self._at_work: set[asyncio.Task[Any]] = set()
        self._stopping = False
        for path, outcome in ended.items():
            self._end_of(path).set_result(outcome)

    async def execute(self) -> Any:
        """What the run's own strand returns. At the end of this none is worked on.

        Raises:
            Suspended: it is, and no other goes on.
            Exception: what the run's own strand raised, what the engine did, or LeaseLost.
        """
        try:
            if not self._end_of("").done():
                await self._keeping.begin("", by="")
            end = await self._next(self._end_of(""))
            if isinstance(end, Suspended):
                # A strand at work may start another one.
                while going := [each for each in self._ends.values() if not each.done()]:
                    await self._next(*going)
                raise end
            return end.give("")
        except Stopped as stopped:
            raise stopped.reason from None
        finally:
            await self.stop()

    async def stop(self) -> None:
        """Cancel those that are worked on, and wait for their ends."""
        self._stopping = True
        tasks = [task for task in self._at_work if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def give_up(self, error: BaseException) -> None:
        """Have `execute` raise this, whatever the program makes of it."""
        if not self._broken.done():
            self._broken.set_exception(error)
            self._broken.exception()  # whoever waits is told; nobody may

    async def halt(self, error: Exception) -> None:
        """Have `execute` raise this, and stand still until it cancels the strand.

        The program learns of it by being cancelled: were it told, it could go on with what is no step.
        """
        self.give_up(error)
        await self._loop.create_future()

    async def work(
        self, path: str, keep: Callable[[Outcome], Awaitable[None]] | None = None
    ) -> Outcome | None:
        """Work on a strand, in the task that calls this. Its outcome; None of one that ends at another time.

        `keep` keeps the outcome, and raises Stopped where it cannot. An engine without one keeps what this
        returns, and says so by `ended`. Raises EngineError outside of a task.
        """
        task = asyncio.current_task()
        if task is None:
            raise EngineError("a strand is worked on in a task")
        self._at_work.add(task)
        try:
            outcome = await self._outcome(path)
            if outcome is not None and keep is not None:
                await keep(outcome)
                self._settle(path, outcome)
        except Stopped as stopped:
            self.give_up(stopped.reason)
        except Exception as error:  # noqa: BLE001 - whoever waits for the strand would wait for ever
            self.give_up(error)
        else:
            return outcome
        finally:
            self._at_work.discard(task)
        return None

    async def _outcome(self, path: str) -> Outcome | None:
        try:
            strand = _Strand(self, self._keeping, path)
            value = await self._program(strand)
            if strand.suspended is not None:
                raise strand.suspended
            return Outcome.returned(value, path=path)
        except Suspended as suspended:
            self._settle(path, suspended)
        except StoreError as error:
            self.give_up(error)
        except asyncio.CancelledError:
            if self._stopping:
                raise
            self.give_up(EngineError(f"the strand {path!r} was cancelled from outside of the engine"))
        except Exception as error:  # noqa: BLE001 - a strand ends by whatever its program raises
            if path:
                return Outcome.raised(error)
            self.give_up(error)
        return None

    def ended(self, path: str, outcome: Outcome) -> None:
        """Say that the outcome of a strand is kept."""
        self._settle(path, outcome)

    def has_ended(self, path: str) -> bool:
        """Whether an outcome of that strand is known."""
        return path in self._ends and self._ends[path].done()

    async def start(self, path: str, *, by: str) -> None:
        """What a strand asks for by its `start`."""
        self._end_of(path)
        await self._keeping.begin(path, by=by)

    async def first(self, paths: Sequence[str]) -> str:
        """What a strand asks for by its `first`, without keeping it.

        Raises:
            Suspended: all of them are.
            EngineError: one was not started.
        """
        waited = [self._started(path) for path in paths]
        while True:
            for path, end in zip(paths, waited, strict=True):
                if end.done() and isinstance(end.result(), Outcome):
                    return path
            if all(end.done() for end in waited):
                raise Suspended("; ".join(dict.fromkeys(str(end.result()) for end in waited)))
            await asyncio.wait([end for end in waited if not end.done()], return_when=asyncio.FIRST_COMPLETED)

    async def result(self, path: str) -> Any:
        """What a strand asks for by its `result`.

        Raises:
            StrandFailed: the program raised an exception there.
            Suspended: it is.
            EngineError: it was not started.
        """
        end = await asyncio.shield(self._started(path))
        if isinstance(end, Suspended):
            raise Suspended(*end.args) from end
        return end.give(path)

    def _started(self, path: str) -> "asyncio.Future[Outcome | Suspended]":
        if path not in self._ends or not path:
            raise EngineError(f"the run {self.run!r} has started no strand {path!r}")
        return self._ends[path]

    def _end_of(self, path: str) -> "asyncio.Future[Outcome | Suspended]":
        if path not in self._ends:
            self._ends[path] = self._loop.create_future()
        return self._ends[path]

    def _settle(self, path: str, end: Outcome | Suspended) -> None:
        future = self._end_of(path)
        if not future.done():
            future.set_result(end)

    async def _next(self, *ends: "asyncio.Future[Outcome | Suspended]") -> Outcome | Suspended:
        """The end of one of them, unless the execution is given up first."""
        await asyncio.wait([*ends, self._broken], return_when=asyncio.FIRST_COMPLETED)
        if self._broken.done():
            return self._broken.result()
        return next(end.result() for end in ends if end.done())


class _Strand:
    """A strand as its program sees it. What ends the strand or the execution does so even if it is caught."""

    def __init__(self, strands: Strands, keeping: Keeping, path: str) -> None:
        self.run = strands.run
        self.path = path
        self.suspended: Suspended | None = None
        self._strands = strands
        self._keeping = keeping
        self._taken = 0
        self._busy = ""

    async def step(self, name: str, act: Act) -> Any:
        check(name, what="a step's name")
        async with self._one_at_a_time(name):
            number = self._taken
            self._taken += 1
            return await self._keeping.step(self.path, number, name, act)

    async def start(self, path: str) -> None:
        check(path, what="a strand's path")
        async with self._one_at_a_time(f"start {path}"):
            await self._strands.start(path, by=self.path)

    async def first(self, paths: Sequence[str]) -> str:
        if not paths or isinstance(paths, str):
            raise EngineError("`first` takes a list of paths, at least one")
        found = await self.step(_FIRST, lambda: self._strands.first(paths))
        if found not in paths:
            error = NotDeterministic(
                f"in the strand {self.path!r} of the run {self.run!r}, {found!r} was the first to end, which "
                f"is not among those asked for now: {', '.join(paths)}",
                run=self.run,
                path=self.path,
            )
            await self._strands.halt(error)
        return str(found)

    async def result(self, path: str) -> Any:
        async with self._one_at_a_time(f"result of {path}"):
            return await self._strands.result(path)

    @asynccontextmanager
    async def _one_at_a_time(self, what: str) -> AsyncIterator[None]:
        if self.suspended is not None:
            raise self.suspended
        if self._busy:
            raise EngineError(
                f"the strand {self.path!r} takes one step after another, and {self._busy!r} is under way: "
                f"start another strand for {what!r}"
            )
        self._busy = what
        try:
            yield
        except Suspended as suspended:
            self.suspended = suspended
            raise
        except Stopped as stopped:
            await self._strands.halt(stopped.reason)
        finally:
            self._busy = ""
