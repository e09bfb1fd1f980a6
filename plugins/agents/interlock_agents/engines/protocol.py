"""What a durable engine does for a program of steps, some of them at the same time."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any, Protocol, TypeAlias, runtime_checkable

from interlock_agents.engines.errors import EngineError


class Suspended(Exception):
    """A strand can go no further until somebody outside has done something; its run is executed again then.

    The program raises it, and so does `execute` once nothing of the run can go on. What was kept stays kept.
    A program lets it pass: a strand that has met it takes no further step in this execution.
    """


@runtime_checkable
class Strand(Protocol):
    """Steps of one run, one after another, as the program that takes them sees them.

    A program must be deterministic between its steps: executed again, it takes the same ones in the same
    order as long as they give the same results. What is not so belongs into a step.

    Attributes:
        run: the id of the run.
        path: which strand of it: empty for the run's own, else the path with which it was started.
    """

    run: str
    path: str

    async def step(self, name: str, act: Callable[[], Awaitable[Any]]) -> Any:
        """What `act` returns, a JSON value, or what it returned when it was kept before.

        It is done at least once: a process that dies after `act` and before its result is kept does it again.
        What it gives is kept before this returns, and never asked for again. What it raises is raised here,
        and not kept.

        The name is for people; taken again, the step must have the same. A tuple comes back as a list, as
        JSON has it, the first time too.

        Where it cannot be kept, or has been kept under another name, the strand is cancelled here, and
        `execute` says why.

        Raises:
            NotJson: `act` returned what is no JSON value.
            EngineError: a step of this strand is under way.
        """
        ...

    async def start(self, path: str) -> None:
        """Have the program work on another strand of the run, too. Started again, it is the same one.

        It goes on by itself, and its failing takes no other with it. One that goes on when the run's own
        strand returns is cancelled, and its end is not waited for by anybody.
        """
        ...

    async def first(self, paths: Sequence[str]) -> str:
        """The path among these of a started strand that has ended; which one is kept as a step is.

        One that failed has ended, too; one that is suspended has not.

        Raises:
            Suspended: all of them are.
            EngineError: one was not started.
        """
        ...

    async def result(self, path: str) -> Any:
        """What the strand that was started with this path has returned, waiting for its end.

        Raises:
            StrandFailed: the program raised an exception there; its class and message are kept.
            Suspended: it is.
            EngineError: it was not started.
        """
        ...


Program: TypeAlias = Callable[[Strand], Awaitable[Any]]
"""Works on one strand, by its `path`, and returns a JSON value."""


@runtime_checkable
class DurableEngine(Protocol):
    """Executes runs of one program, and keeps what their steps gave."""

    api: int
    name: str

    async def execute(self, run: str) -> Any:
        """What the program returns for the run's own strand, going on where an earlier execution stopped.

        A run has ended when its own strand has returned: it gives that again. Executed twice at once, it is
        worked on once, in one process or in several, and each gets what it gives. Cancelled, it closes what
        it has open; who executes the run next goes on.

        Raises:
            Suspended: nothing of it can go on until somebody outside has done something.
            StoreError: what it keeps could not be written, or a strand let one pass; no outcome is kept.
            NotDeterministic: the program is not the one with which the run has begun.
            EngineError: the engine is closed, or the run has an id that cannot be kept.
            Exception: what the program raised in the run's own strand. It is not kept: executed again, the
                run goes on from what is.
        """
        ...

    async def unfinished(self) -> Sequence[str]:
        """The ids of runs that were executed and have not ended."""
        ...

    async def aclose(self) -> None:
        """Stop, and let go of everything; others may execute what is unfinished. May be called twice."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineCall:
    """What an engine is opened with.

    Attributes:
        url: where it keeps what it keeps, as the configuration has it; it may hold a password.
        folder: where a relative path in the URL begins.
        lease: for how many seconds nobody else takes over a run whose process is silent. One that has died
            on the same machine is not waited for.

    Raises:
        EngineError: the lease is no length of time.
    """

    url: str = field(repr=False)
    program: Program
    folder: Path = field(default_factory=Path)
    lease: float = 30.0

    def __post_init__(self) -> None:
        if not 0 < self.lease < inf:
            raise EngineError(f"a lease is a number of seconds above 0, and this one is {self.lease!r}")


@runtime_checkable
class EngineKind(Protocol):
    """A kind of engine, in the entry-point group `interlock_agents.engines`; its scheme chooses it."""

    api: int
    name: str
    schemes: tuple[str, ...]

    def open(self, call: EngineCall) -> DurableEngine:
        """The engine; it does no I/O.

        Raises:
            StoreError: without the URL, for one that it cannot use.
        """
        ...
