"""Which of several deployments of one model goes first. Pure state behind a plain lock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from interlock.forks import anew, lock_of

Balance = Literal["none", "weighted", "least_busy", "latency"]

# A deployment that could not be chosen for a while catches up on so many of its turns, and on no more: one
# that comes back from an outage is not handed everything.
_CATCH_UP = 4
# Choosing by latency, one that was passed over for so many attempts goes first once, to be measured again.
_PASSED_OVER = 20
_MEDIAN = 0.5


class Percentiles(Protocol):
    """What `HealthBook.latencies` is asked for."""

    def percentile(
        self, deployment: str, kind: Literal["answer", "first_token"], q: float
    ) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Ranking:
    """Deployments best first, and the sentence that says why the first is first."""

    order: Sequence[str]
    sentence: str


class _Share:
    """A deployment's part. `turn` grows with each attempt by one over the weight: the lowest is next."""

    __slots__ = ("busy", "last", "model", "started", "turn", "weight")

    def __init__(self, model: str, weight: float) -> None:
        self.model = model
        self.weight = weight
        self.turn = 0.0
        self.started = 0
        self.last = 0
        # A set instead of a count: an abandoned attempt may be collected in the middle of anything, and then
        # leaving takes no lock.
        self.busy: set[object] = set()


class Load:
    """Thread-safe. `models` gives each deployment's model, `weights` those that are not 1.

    Asking changes nothing: what counts are the attempts that began and ended.
    """

    def __init__(
        self,
        balance: Balance,
        *,
        models: Mapping[str, str],
        weights: Mapping[str, float],
        latencies: Percentiles,
    ) -> None:
        self.balance = balance
        self._latencies = latencies
        self._lock = lock_of(self)
        anew(self.start_anew)
        self._shares = {name: _Share(model, weights.get(name, 1.0)) for name, model in models.items()}
        self._alike: dict[str, list[_Share]] = {}
        for share in self._shares.values():
            self._alike.setdefault(share.model, []).append(share)
        self._started = dict.fromkeys(self._alike, 0)

    def began(self, deployment: str, attempt: object) -> None:
        """An attempt is about to start, or to stand in line for its start. Where nobody changes places with a
        deployment, nothing is counted.
        """
        share = self._shares.get(deployment)
        if share is None:
            return
        share.busy.add(attempt)
        with self._lock:
            now = share.turn
            share.turn = now + 1 / share.weight
            share.started += 1
            self._started[share.model] = share.last = self._started[share.model] + 1
            for other in self._alike[share.model]:
                other.turn = max(other.turn, now - _CATCH_UP / other.weight)

    def ended(self, deployment: str, attempt: object) -> None:
        """May be called again, and from a finaliser."""
        if deployment in self._shares:
            self._shares[deployment].busy.discard(attempt)

    def start_anew(self) -> None:
        """In the child of a fork, where the parent's attempts never end."""
        for share in self._shares.values():
            share.busy = set()

    def in_flight(self, deployment: str) -> int:
        return len(self._shares[deployment].busy)

    def started(self, deployment: str) -> int:
        return self._shares[deployment].started

    def rank(self, deployments: Sequence[str]) -> Ranking:
        """Two or more deployments of one model, best first; their order decides when nothing else does."""
        if self.balance == "weighted":
            return self._by_weight(deployments)
        if self.balance == "latency":
            return self._by_latency(deployments)
        return self._by_use(deployments)

    def _by_weight(self, names: Sequence[str]) -> Ranking:
        order = sorted(names, key=lambda name: self._shares[name].turn)
        whole = sum(self._shares[name].weight for name in names)
        weight = self._shares[order[0]].weight
        return Ranking(order, f"its turn among {len(names)} of its model, by weight {weight:g} of {whole:g}")

    def _by_use(self, names: Sequence[str]) -> Ranking:
        order = sorted(names, key=self._use)
        counts = ", ".join(f"{self.in_flight(name)} at {name}" for name in order[1:])
        return Ranking(order, f"least busy of its model: {self.in_flight(order[0])} under way, {counts}")

    def _use(self, name: str) -> tuple[float, float]:
        share = self._shares[name]
        return len(share.busy) / share.weight, share.turn

    def _by_latency(self, names: Sequence[str]) -> Ranking:
        """By what an attempt would take if those under way slow it down as much as they are many.

        While one was not measured yet, attempts go where the fewest are: everybody gets measured.
        """
        typical = self._typical(names)
        if typical is None:
            return self._by_use(names)

        def expected(name: str) -> float:
            share = self._shares[name]
            return typical[name] * (1 + len(share.busy) / share.weight)

        order = sorted(names, key=expected)
        started = self._started[self._shares[names[0]].model]
        stale = min(names, key=lambda name: self._shares[name].last)
        passed = started - self._shares[stale].last
        if passed >= _PASSED_OVER and stale != order[0]:
            order.remove(stale)
            return Ranking([stale, *order], f"measured again: its model had {passed} attempts elsewhere")
        times = ", ".join(f"{typical[name]:.3g} s at {name}" for name in order[1:])
        busy = self.in_flight(order[0])
        sentence = f"fastest of its model: {typical[order[0]]:.3g} s at the median, {times}; {busy} under way"
        return Ranking(order, sentence)

    def _typical(self, names: Sequence[str]) -> dict[str, float] | None:
        """Median seconds of each, of whichever kind all have been measured by."""
        for kind in ("answer", "first_token"):
            found = {name: self._latencies.percentile(name, kind, _MEDIAN) for name in names}
            known = {name: seconds for name, seconds in found.items() if seconds is not None}
            if len(known) == len(found):
                return known
        return None
