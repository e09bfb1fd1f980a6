"""What a job is, what offers a kind of jobs, and what its tasks are given: values and protocols alone."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, runtime_checkable

from interlock import InterlockError
from interlock_sql import Address

if TYPE_CHECKING:
    from interlock import Router

FORM: Final = 1
"""How tasks are written down. It changes only where a program of before could not read them."""

State = Literal["waiting", "running", "done", "failed", "cancelled", "over_budget", "needs_person"]
OPEN: Final = ("waiting", "running")
"""The states in which tasks are taken."""


class Unable(InterlockError):
    """This worker cannot do the job's tasks: what they need is not configured or not installed here."""


class OutOfMoney(Exception):
    """The next task might cost more than the job's budget has left."""


class NeedsPerson(Exception):
    """The job goes no further until a person has done something: the message says what."""


class PutBack(Exception):
    """The task is to be done later: somebody has to be left alone for so many seconds."""

    def __init__(self, provider: str, seconds: float) -> None:
        super().__init__(provider)
        self.provider = provider
        self.seconds = seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Tasks that belong together, as the table has them. Money is in US dollars; times are the database's.

    Attributes:
        id: unique in its database, and `kind` who knows what its tasks are.
        spec: what the kind needs to know, as JSON.
        form: how its tasks are written down.
        queue: whose workers do it: those of one configuration, which can ask the same deployments.
        at_once: how many calls of one provider may be under way on all machines.
        wave: how often it was begun; tasks of an earlier wave are not done any more.
        enqueued: whether all tasks of the wave are in the queue.
        coordinator: the worker that sees to it; empty for none.
        reason: why it stands as it does, for people.
        before: how many tasks were done when the wave began at `started`.
    """

    id: str
    kind: str
    spec: Mapping[str, Any] = field(default_factory=dict)
    form: int = FORM
    queue: str = ""
    budget: float | None = None
    at_once: int = 4
    state: State = "waiting"
    reason: str = ""
    wave: int = 1
    enqueued: bool = False
    coordinator: str = ""
    spent: float = 0.0
    held: float = 0.0
    total: int = 0
    done: int = 0
    errors: int = 0
    before: int = 0
    created: float = 0.0
    started: float | None = None
    updated: float | None = None
    ended: float | None = None

    @property
    def rate(self) -> float | None:
        """Tasks a second since the wave began; None where nothing is known."""
        if self.started is None or self.updated is None or self.updated <= self.started:
            return None
        return max(0, self.done - self.before) / (self.updated - self.started)

    @property
    def left(self) -> float | None:
        """About how many seconds the rest takes at that rate."""
        return (self.total - self.done) / self.rate if self.rate else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task that is left: `key` names it in its job, `provider` whom it waits for above all."""

    key: str
    provider: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a job's tasks have come.

    Attributes:
        spent: US dollars, where the kind counts them itself, and `held` what is under way may cost; None
            where grants do.
    """

    done: int
    total: int
    errors: int = 0
    spent: float | None = None
    held: float | None = None


class Paying(Protocol):
    """What a task that is under way has cost so far, in US dollars: it says so itself."""

    cost: float

    async def begin(self) -> None:
        """Wait until its calls may begin: they do right after this."""
        ...


class Terms(Protocol):
    """On what terms a task may begin: the job's budget, and the limits of each provider on all machines."""

    def granted(
        self, key: str, providers: Mapping[str, int], amount: float
    ) -> AbstractAsyncContextManager[Paying]:
        """Hold the amount and a turn with each provider until the end, and the next starts of so many calls.

        Raises:
            OutOfMoney: the job's budget has not that much left.
        """
        ...

    def put_back(self, key: str, provider: str, seconds: float | None) -> None:
        """Have the task done later, since the provider wants to be left alone: raises. It returns where
        that has been in vain too often, and the task is to be kept as it ended.
        """
        ...

    async def surely(self, write: Callable[[], Awaitable[None]]) -> None:
        """Have something written, however long the store is away: what has come was paid for."""
        ...

    def room(self) -> AbstractAsyncContextManager[None]:
        """One of the places that this worker has for work, for what needs no grant."""
        ...

    async def over(self) -> None:
        """Return once the job is not to go on any more: it was cancelled, or has ended."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCall:
    """What a kind opens a job's work with; `url` and `folder` name the database as interlock-sql takes it."""

    job: Job
    router: "Router"
    address: Address
    url: str
    folder: Path
    terms: Terms


class JobWork(Protocol):
    """The work of one job, in one worker. All its methods but `aclose` may raise InterlockError."""

    async def tasks(self) -> Sequence[Task]:
        """Those that are left, in the order in which they are to be done. A key is any text."""
        ...

    async def do(self, key: str) -> None:
        """Do one, and keep what comes of it. Done twice, also at once, it leaves one result."""
        ...

    async def progress(self) -> Progress:
        """How far all workers have come."""
        ...

    async def ready(self) -> bool:
        """Of a job that waits for a person: whether there is something to go on with."""
        ...

    async def end(self) -> int:
        """Called when no task is in the queue any more: how many are left undone."""
        ...

    async def aclose(self) -> None:
        """Close what is open."""
        ...


@runtime_checkable
class JobKind(Protocol):
    """Who knows what the tasks of some jobs are. Offered in the entry-point group `interlock_dbos.kinds`."""

    name: str

    def open(self, call: JobCall) -> JobWork:
        """The job's work. It does no I/O.

        Raises:
            Unable: they cannot be done here.
        """
        ...
