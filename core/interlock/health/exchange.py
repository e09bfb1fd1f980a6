"""The tracker's side of sharing health between processes: what it tells, what it makes of what it hears."""

from collections.abc import Callable, Sequence
from math import isfinite
from threading import RLock

from interlock.health.breaker import Breaker, Cause, State
from interlock.health.changes import Changes
from interlock.health.deployment_health import HealthTable, Moves
from interlock.types.health import HealthChange, HealthNews

# How long what the others said last is believed, in seconds; after that, this process is on its own.
_BELIEVED = 2.0
# How long before a breaker's probe is due its lease is asked for, in seconds.
_AHEAD = 0.5
_MOST = 10**6
_CAUSES = frozenset(cause.value for cause in Cause)


class Exchange:
    """Thread-safe."""

    def __init__(self, table: HealthTable) -> None:
        self._table = table
        self._asked: list[tuple[str, str | None]] = []

    def begin(self, wake: Callable[[], None]) -> None:
        """Keep the changes from here on; `wake` is called, by any thread, when one of them is urgent.

        Every breaker that is open is one of them, so that others learn of it after they were out of reach.
        """
        table = self._table
        with table.lock:
            now = table.clock()
            changes = table.changes = Changes(wake)
            for deployment, health in table:
                if health.breaker.state is State.OPEN and now < health.breaker.until:
                    changes.at(deployment, health.task).opened = True

    def end(self) -> None:
        """Nobody comes for the changes any more: keep none, and wait for no lease."""
        with self._table.lock:
            self._table.changes = None
            self._table.believed_until = 0.0

    def start_anew(self) -> None:
        """In the child of a fork, where another thread of the parent may have held the lock."""
        self._table.lock = RLock()
        self._table.changes = None
        self._table.believed_until = 0.0

    def take(self) -> tuple[HealthChange, ...]:
        """What happened here since the last time, and where this process would like to probe."""
        table = self._table
        with table.lock:
            changes, now = table.changes, table.clock()
            self._asked = []
            if changes is None:
                return ()
            for deployment in table.troubled:
                for health in table.of(deployment):
                    if _wants_lease(health.breaker, now):
                        changes.at(deployment, health.task)
            told = []
            for (deployment, task), change in changes.take().items():
                breaker = table.of(deployment).at(task).breaker
                left = breaker.until - now if change.opened and breaker.state is State.OPEN else 0.0
                wanted = _wants_lease(breaker, now)
                if wanted:
                    self._asked.append((deployment, task))
                told.append(
                    HealthChange(
                        deployment=deployment,
                        task=task,
                        successes=change.successes,
                        failures=change.failures,
                        hard=change.hard,
                        closed=change.closed,
                        cause=breaker.cause.value if left > 0 else "",
                        seconds=max(0.0, left),
                        probe=wanted,
                        probing=breaker.state is State.HALF_OPEN,
                    )
                )
        return tuple(told)

    def hear(self, news: Sequence[HealthNews]) -> None:
        """What happened elsewhere, and what became of what `take` asked for.

        What makes no sense is passed over, and nothing is believed for longer than this process would itself.
        """
        news = [item for item in news if is_sound(item)]
        table = self._table
        moves = Moves(table)
        with table.lock:
            now = table.clock()
            table.believed_until = now + _BELIEVED
            for item in news:
                health = table.of(item.deployment).at(item.task)
                breaker, before = health.breaker, health.breaker.state
                if item.closed and not (before is State.OPEN and breaker.cause.lapses):
                    breaker.close()
                    health.clear()
                if item.cause in _CAUSES and item.seconds > 0:
                    cause = Cause(item.cause)
                    longest = table.policy.longest(cause)
                    health.hears_of_opening(cause, now, now + min(item.seconds, longest))
                health.hears(item.successes, item.failures, min(item.hard, item.failures), now)
                if not health.clean:
                    table.troubled.add(item.deployment)
                moves.note(item.deployment, health, before)
            given = {(item.deployment, item.task) for item in news if item.probe}
            for deployment, task in self._asked:
                probe_lease = table.of(deployment).at(task).breaker.probe_lease
                probe_lease.answered(now, given=(deployment, task) in given)
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


def _wants_lease(breaker: Breaker, now: float) -> bool:
    """A lease is wanted for a probe that is soon due, if somebody was turned away, and for one under way."""
    if breaker.state is State.OPEN:
        return breaker.probe_lease.wanted and not breaker.cause.lapses and breaker.until - now < _AHEAD
    return breaker.state is State.HALF_OPEN and now < breaker.probe_until
