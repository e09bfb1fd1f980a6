"""What became of every call, and what that comes to."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one call has ended.

    Attributes:
        how: `ANSWERED`, or the error's class.
        took: seconds until it had ended, its turn at the process included; `first` until the first token.
        attempts: sent to vendors, as its record has them; `hedges` are among them.
        cost: US dollars.
    """

    number: int
    at: float
    tenant: int
    kind: str
    european: bool
    how: str
    took: float
    first: float
    attempts: int
    hedges: int
    cost: float
    deployment: str


class Tally:
    """The outcomes of a run. Each call ends once: anything else is a fault of the simulation or a router."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.arrived = 0
        self._ended: set[int] = set()

    def ended(self, outcome: Outcome) -> None:
        assert outcome.number not in self._ended, f"call {outcome.number} has ended twice"
        self._ended.add(outcome.number)
        self.outcomes.append(outcome)

    def check(self) -> None:
        """Raises AssertionError unless every call that has come has ended."""
        assert len(self.outcomes) == self.arrived, f"{self.arrived} came, {len(self.outcomes)} ended"

    def among(self, which: Callable[[Outcome], bool]) -> "Figures":
        return Figures(outcome for outcome in self.outcomes if which(outcome))

    def between(self, begins: float, ends: float) -> "Figures":
        return self.among(lambda outcome: begins <= outcome.at < ends)


class Figures:
    """Of some outcomes."""

    def __init__(self, outcomes: Iterable[Outcome]) -> None:
        self.hows: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()
        took, first = array("d"), array("d")
        self.attempts = self.hedges = 0
        self.cost = 0.0
        for each in outcomes:
            self.hows[each.how] += 1
            self.attempts += each.attempts
            self.hedges += each.hedges
            self.cost += each.cost
            if each.how == ANSWERED:
                self.asked[each.deployment] += 1
                took.append(each.took)
                first.append(each.first)
        self._took, self._first = sorted(took), sorted(first)

    @property
    def calls(self) -> int:
        return self.hows.total()

    @property
    def answered(self) -> float:
        """The share of the calls."""
        return self.hows[ANSWERED] / self.calls if self.calls else 1.0

    def took(self, share: float) -> float:
        """Seconds within which that share of what was answered had its answer."""
        return _at(self._took, share)

    def first(self, share: float) -> float:
        return _at(self._first, share)

    @property
    def per_call(self) -> float:
        """Attempts."""
        return self.attempts / self.calls if self.calls else 0.0


def _at(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))] if values else 0.0
