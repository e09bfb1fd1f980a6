"""The book's side of sharing health between processes: what it tells, and what it does with what it hears."""

from collections.abc import Callable, Sequence
from math import isfinite
from threading import RLock

from interlock.health.breaker import Breaker, Cause, State
from interlock.health.charts import Charts, Moves
from interlock.health.journal import Journal
from interlock.types.health import HealthChange, HealthNews

# How long what the others said last is believed, in seconds; after that, this process is on its own.
_BELIEVED = 2.0
# How long before a breaker's probe is due its turn is asked for, in seconds.
_AHEAD = 0.5
_MOST = 10**6
_CAUSES = frozenset(cause.value for cause in Cause)


class Exchange:
    """Thread-safe."""

    def __init__(self, charts: Charts) -> None:
        self._charts = charts
        self._asked: list[tuple[str, str | None]] = []

    def begin(self, wake: Callable[[], None]) -> None:
        """Keep a journal from here on; `wake` is called, by any thread, when something in it is urgent.

        Every breaker that is open stands in it, so that others learn of it after they were out of reach.
        """
        charts = self._charts
        with charts.lock:
            now = charts.clock()
            journal = charts.journal = Journal(wake)
            for deployment, page in charts:
                if page.breaker.state is State.OPEN and now < page.breaker.until:
                    journal.note(deployment, page.task).opened = True

    def end(self) -> None:
        """Nobody comes for the journal any more: keep none, and wait for nobody's turn."""
        with self._charts.lock:
            self._charts.journal = None
            self._charts.believed_until = 0.0

    def start_anew(self) -> None:
        """In the child of a fork, where another thread of the parent may have held the lock."""
        self._charts.lock = RLock()
        self._charts.journal = None
        self._charts.believed_until = 0.0

    def take(self) -> tuple[HealthChange, ...]:
        """What happened here since the last time, and where this process would like to probe."""
        charts = self._charts
        with charts.lock:
            journal, now = charts.journal, charts.clock()
            self._asked = []
            if journal is None:
                return ()
            for deployment in charts.troubled:
                for page in charts.of(deployment):
                    if _wants_turn(page.breaker, now):
                        journal.note(deployment, page.task)
            changes = []
            for (deployment, task), note in journal.take().items():
                breaker = charts.of(deployment).at(task).breaker
                left = breaker.until - now if note.opened and breaker.state is State.OPEN else 0.0
                wanted = _wants_turn(breaker, now)
                if wanted:
                    self._asked.append((deployment, task))
                changes.append(
                    HealthChange(
                        deployment=deployment,
                        task=task,
                        successes=note.successes,
                        failures=note.failures,
                        hard=note.hard,
                        closed=note.closed,
                        cause=breaker.cause.value if left > 0 else "",
                        seconds=max(0.0, left),
                        probe=wanted,
                        probing=breaker.state is State.HALF_OPEN,
                    )
                )
        return tuple(changes)

    def hear(self, news: Sequence[HealthNews]) -> None:
        """What happened elsewhere, and what became of what `take` asked for.

        What makes no sense is passed over, and nothing is believed for longer than this book would itself.
        """
        news = [item for item in news if is_sound(item)]
        charts = self._charts
        moves = Moves(charts)
        with charts.lock:
            now = charts.clock()
            charts.believed_until = now + _BELIEVED
            for item in news:
                page = charts.of(item.deployment).at(item.task)
                breaker, before = page.breaker, page.breaker.state
                if item.closed and not (before is State.OPEN and breaker.cause.lapses):
                    breaker.close()
                    page.clear()
                if item.cause in _CAUSES and item.seconds > 0:
                    cause = Cause(item.cause)
                    longest = charts.policy.longest(cause)
                    page.hears_of_opening(cause, now, now + min(item.seconds, longest))
                page.hears(item.successes, item.failures, min(item.hard, item.failures), now)
                if not page.clean:
                    charts.troubled.add(item.deployment)
                moves.note(item.deployment, page, before)
            given = {(item.deployment, item.task) for item in news if item.probe}
            for deployment, task in self._asked:
                turn = charts.of(deployment).at(task).breaker.turn
                turn.answered(now, given=(deployment, task) in given)
            self._asked = []
        moves.tell()


def is_sound(item: object) -> bool:
    """Whether news are what they should be; a store may hold anything."""
    if not isinstance(item, HealthNews) or type(item.deployment) is not str or type(item.cause) is not str:
        return False
    counts = (item.successes, item.failures, item.hard)
    return (
        (item.task is None or type(item.task) is str)
        and all(type(count) is int and 0 <= count <= _MOST for count in counts)
        and type(item.seconds) in (int, float)
        and isfinite(item.seconds)
        and type(item.closed) is type(item.probe) is bool
    )


def _wants_turn(breaker: Breaker, now: float) -> bool:
    """A turn is wanted for a probe that is soon due, if somebody was turned away, and for one under way."""
    if breaker.state is State.OPEN:
        return breaker.turn.wanted and not breaker.cause.lapses and breaker.until - now < _AHEAD
    return breaker.state is State.HALF_OPEN and now < breaker.probe_until
