"""How long each deployment has been taking lately: percentiles over a bounded, recent window."""

from collections import deque
from collections.abc import Callable, Collection
from typing import Literal

from interlock.forks import lock_of

Kind = Literal["answer", "first_token"]

# Of a deployment's last samples of a kind, and of a task's; none older than this many seconds.
_SAMPLES = 256
_OF_A_TASK = 64
_OLDEST = 900.0
# Fewer samples than this say nothing about how long is long.
_MINIMUM = 10
# Sorting waits for this share of new samples, so that being asked on every call stays cheap.
_STALE = 16


class _Series:
    """The last samples as they came, and sorted as of the last time that somebody asked."""

    __slots__ = ("arrived", "fresh", "ordered", "since")

    def __init__(self, size: int) -> None:
        self.arrived: deque[tuple[float, float]] = deque(maxlen=size)
        self.ordered: list[float] = []
        self.fresh = 0
        self.since = 0.0

    def copied(self) -> "_Series":
        other = _Series(self.arrived.maxlen or _SAMPLES)
        other.arrived.extend(self.arrived)
        return other

    def percentile(self, share: float, now: float) -> float | None:
        if self.fresh * _STALE >= len(self.ordered) or now - self.since > 1.0:
            oldest = now - _OLDEST
            self.ordered = sorted([seconds for when, seconds in self.arrived if when >= oldest])
            self.fresh, self.since = 0, now
        count = len(self.ordered)
        return self.ordered[min(count - 1, int(share * count))] if count >= _MINIMUM else None


class Latencies:
    """Thread-safe. `clock` returns seconds that never run backwards."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = lock_of(self)
        self._series: dict[Kind, dict[str, dict[str | None, _Series]]] = {"answer": {}, "first_token": {}}

    def inherit(self, other: "Latencies", deployments: Collection[str]) -> None:
        """Begin with what the other knows of these."""
        with other._lock:  # noqa: SLF001 - another of its kind
            known = [
                (kind, name, {task: each.copied() for task, each in of_kind[name].items()})
                for kind, of_kind in other._series.items()  # noqa: SLF001 - likewise
                for name in deployments
                if name in of_kind
            ]
        with self._lock:
            for kind, name, tasks in known:
                self._series[kind][name] = tasks

    def add(self, deployment: str, kind: Kind, seconds: float, task: str | None = None) -> None:
        """An attempt at `deployment` that succeeded took `seconds` until `kind` had come."""
        sample = (self._clock(), seconds)
        with self._lock:
            tasks = self._series[kind].get(deployment)
            if tasks is None:
                tasks = self._series[kind][deployment] = {None: _Series(_SAMPLES)}
            whole = tasks[None]
            whole.arrived.append(sample)
            whole.fresh += 1
            if task is not None:
                part = tasks.get(task)
                if part is None:
                    part = tasks[task] = _Series(_OF_A_TASK)
                part.arrived.append(sample)
                part.fresh += 1

    def percentile(self, deployment: str, kind: Kind, q: float, task: str | None = None) -> float | None:
        """Seconds within which the share `q` (0 to 1) of the recent attempts that succeeded had come so far.

        None while there are too few of them; `task` asks about its attempts alone.
        """
        series = self._series[kind].get(deployment, {}).get(task)
        if series is None:
            return None
        with self._lock:
            return series.percentile(q, self._clock())
