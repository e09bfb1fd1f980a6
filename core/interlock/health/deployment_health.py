"""The health of every deployment, and what keeps threads and listeners in step."""

from collections.abc import Callable, Collection, Iterator

from interlock.forks import lock_of
from interlock.health.breaker import State
from interlock.health.changes import Changes
from interlock.health.task_health import HealthPolicy, TaskHealth
from interlock.types.health import Transition


class DeploymentHealth:
    """How a deployment has been doing: on the whole, and at each task that was tried there."""

    __slots__ = ("own", "tasks")

    def __init__(self, policy: HealthPolicy) -> None:
        self.own = TaskHealth(policy, None)
        self.tasks: dict[str, TaskHealth] = {}

    def known(self, task: str | None) -> tuple[TaskHealth, ...]:
        """What matters to an attempt, as far as it was begun."""
        health = self.tasks.get(task) if task is not None else None
        return (self.own,) if health is None else (self.own, health)

    def needed(self, task: str | None) -> tuple[TaskHealth, ...]:
        return (self.own,) if task is None else (self.own, self.at(task))

    def at(self, task: str | None) -> TaskHealth:
        if task is None:
            return self.own
        health = self.tasks.get(task)
        if health is None:
            health = self.tasks[task] = TaskHealth(self.own.policy, task)
        return health

    def under(self, policy: HealthPolicy) -> "DeploymentHealth":
        """A copy that goes on by this policy."""
        other = DeploymentHealth(policy)
        other.own = self.own.under(policy)
        other.tasks = {task: health.under(policy) for task, health in self.tasks.items()}
        return other

    def __iter__(self) -> Iterator[TaskHealth]:
        yield self.own
        yield from self.tasks.values()

    @property
    def clean(self) -> bool:
        return all(health.clean for health in self)


class HealthTable:
    """Shared by those who judge health and those who exchange it. Everything is under `lock`.

    Attributes:
        troubled: the deployments that something is held against; it may be looked into without the lock.
        changes: what is to be told to other processes; None when nobody shares health.
        believed_until: until when what other processes said last is believed; 0 when nobody said anything.
    """

    def __init__(self, policy: HealthPolicy, clock: Callable[[], float]) -> None:
        self.policy = policy
        self.clock = clock
        self.lock = lock_of(self, "lock")
        self.troubled: set[str] = set()
        self.changes: Changes | None = None
        self.believed_until = 0.0
        self.listeners: list[Callable[[Transition], None]] = []
        self._table: dict[str, DeploymentHealth] = {}

    def get(self, deployment: str) -> DeploymentHealth | None:
        return self._table.get(deployment)

    def of(self, deployment: str) -> DeploymentHealth:
        known = self._table.get(deployment)
        if known is None:
            known = self._table[deployment] = DeploymentHealth(self.policy)
        return known

    def inherit(self, other: "HealthTable", deployments: Collection[str]) -> None:
        """Begin with what the other knows of these."""
        with other.lock:
            known = {name: health.under(self.policy) for name in deployments if (health := other.get(name))}
        with self.lock:
            self._table.update(known)
            self.troubled.update(name for name, health in known.items() if not health.clean)

    def __iter__(self) -> Iterator[tuple[str, TaskHealth]]:
        for deployment, known in self._table.items():
            for health in known:
                yield deployment, health


class Moves:
    """The moves of breakers during one operation under the lock, told after it."""

    __slots__ = ("_moves", "_table", "_urgent")

    def __init__(self, table: HealthTable) -> None:
        self._table = table
        self._moves: list[Transition] = []
        self._urgent = False

    def note(self, deployment: str, health: TaskHealth, before: State, *, urgent: bool = False) -> None:
        self._urgent |= urgent
        breaker = health.breaker
        if breaker.state is not before:
            self._moves.append(
                Transition(
                    deployment=deployment,
                    task=health.task,
                    before=before.value,
                    after=breaker.state.value,
                    cause=breaker.cause.value,
                )
            )

    def tell(self) -> None:
        """Without the lock."""
        changes = self._table.changes
        if self._urgent and changes is not None:
            changes.wake()
        for move in self._moves:
            for listener in self._table.listeners:
                listener(move)
