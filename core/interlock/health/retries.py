"""How many retries a deployment is given, so that its outage is not multiplied by everybody's patience."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from interlock.forks import lock_of

_FLOOR_PERIOD = 10.0
# What a deployment can save up, so that a long good time does not pay for a storm.
_SAVINGS = 100.0
# Five fifths of a retry are one, whatever floating point thinks of it.
_ONE = 1.0 - 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """`share` of a retry is earned by each first attempt; `floor` retries in ten seconds are free."""

    share: float = 0.2
    floor: float = 10.0


class _Bucket:
    __slots__ = ("filled", "tokens")

    def __init__(self, tokens: float, now: float) -> None:
        self.tokens = tokens
        self.filled = now


class RetryBudget:
    """A bucket of retries for each deployment. Thread-safe; `clock` returns seconds that never run backwards.

    In any time t, with n first attempts, a deployment is granted at most
    floor + floor * t / 10 s + share * n retries.
    """

    def __init__(self, policy: RetryPolicy, clock: Callable[[], float]) -> None:
        self.policy = policy
        self._clock = clock
        self._full = policy.floor + _SAVINGS
        self._buckets: dict[str, _Bucket] = {}
        self._lock = lock_of(self)

    def inherit(self, other: "RetryBudget", deployments: Collection[str]) -> None:
        """Begin with what the other has saved up for these, as far as this policy allows."""
        with other._lock:  # noqa: SLF001 - another of its kind
            known = {name: (each.tokens, each.filled) for name, each in other._buckets.items()}  # noqa: SLF001 - likewise
        with self._lock:
            for name in deployments:
                if name in known:
                    tokens, filled = known[name]
                    self._buckets[name] = _Bucket(min(tokens, self._full), filled)

    def earn(self, deployment: str) -> None:
        """A call is about to ask the deployment for the first time."""
        bucket = self._buckets.get(deployment)
        if bucket is not None and bucket.tokens >= self._full:
            return
        with self._lock:
            bucket = self._of(deployment)
            bucket.tokens = min(self._full, bucket.tokens + self.policy.share)

    def spend(self, deployment: str) -> bool:
        """Whether the deployment may be asked once more by the same call; that retry is then spent."""
        with self._lock:
            bucket, now, floor = self._of(deployment), self._clock(), self.policy.floor
            if bucket.tokens < floor:
                bucket.tokens = min(floor, bucket.tokens + floor * (now - bucket.filled) / _FLOOR_PERIOD)
            bucket.filled = now
            if bucket.tokens < _ONE:
                return False
            bucket.tokens -= 1.0
            return True

    def left(self, deployment: str) -> float:
        """Retries that are left, the trickle of the floor since the last one not counted."""
        bucket = self._buckets.get(deployment)
        return self.policy.floor if bucket is None else bucket.tokens

    def _of(self, deployment: str) -> _Bucket:
        bucket = self._buckets.get(deployment)
        if bucket is None:
            bucket = self._buckets[deployment] = _Bucket(self.policy.floor, self._clock())
        return bucket
