"""The pages of every deployment, and what keeps threads and listeners in step."""

from collections.abc import Callable, Iterator

from interlock.health.breaker import State
from interlock.health.journal import Journal
from interlock.health.pages import HealthPolicy, Page
from interlock.types.health import Transition
from interlock.types.locks import lock_of


class Chart:
    """A deployment's pages: its own, and one for each task that was tried there."""

    __slots__ = ("own", "tasks")

    def __init__(self, policy: HealthPolicy) -> None:
        self.own = Page(policy, None)
        self.tasks: dict[str, Page] = {}

    def known(self, task: str | None) -> tuple[Page, ...]:
        """The pages that matter to an attempt, as far as they were begun."""
        page = self.tasks.get(task) if task is not None else None
        return (self.own,) if page is None else (self.own, page)

    def needed(self, task: str | None) -> tuple[Page, ...]:
        return (self.own,) if task is None else (self.own, self.at(task))

    def at(self, task: str | None) -> Page:
        if task is None:
            return self.own
        page = self.tasks.get(task)
        if page is None:
            page = self.tasks[task] = Page(self.own.policy, task)
        return page

    def __iter__(self) -> Iterator[Page]:
        yield self.own
        yield from self.tasks.values()

    @property
    def clean(self) -> bool:
        return all(page.clean for page in self)


class Charts:
    """Shared by those who judge health and those who exchange it. Everything is under `lock`.

    Attributes:
        troubled: the deployments that something is held against; it may be looked into without the lock.
        journal: what is to be told to other processes; None when nobody shares health.
        believed_until: until when what other processes said last is believed; 0 when nobody said anything.
    """

    def __init__(self, policy: HealthPolicy, clock: Callable[[], float]) -> None:
        self.policy = policy
        self.clock = clock
        self.lock = lock_of(self, "lock")
        self.troubled: set[str] = set()
        self.journal: Journal | None = None
        self.believed_until = 0.0
        self.listeners: list[Callable[[Transition], None]] = []
        self._charts: dict[str, Chart] = {}

    def get(self, deployment: str) -> Chart | None:
        return self._charts.get(deployment)

    def of(self, deployment: str) -> Chart:
        chart = self._charts.get(deployment)
        if chart is None:
            chart = self._charts[deployment] = Chart(self.policy)
        return chart

    def __iter__(self) -> Iterator[tuple[str, Page]]:
        for deployment, chart in self._charts.items():
            for page in chart:
                yield deployment, page


class Moves:
    """The moves of breakers during one operation under the lock, told after it."""

    __slots__ = ("_charts", "_moves", "_urgent")

    def __init__(self, charts: Charts) -> None:
        self._charts = charts
        self._moves: list[Transition] = []
        self._urgent = False

    def note(self, deployment: str, page: Page, before: State, *, urgent: bool = False) -> None:
        self._urgent |= urgent
        breaker = page.breaker
        if breaker.state is not before:
            self._moves.append(
                Transition(
                    deployment=deployment,
                    task=page.task,
                    before=before.value,
                    after=breaker.state.value,
                    cause=breaker.cause.value,
                )
            )

    def tell(self) -> None:
        """Without the lock."""
        journal = self._charts.journal
        if self._urgent and journal is not None:
            journal.wake()
        for move in self._moves:
            for listener in self._charts.listeners:
                listener(move)
