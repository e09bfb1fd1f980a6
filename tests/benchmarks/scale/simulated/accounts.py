"""A ledger's rows, and the processes that wait for their turn at them.

As the ledger's writer has it, a process has one exchange under way, which takes along whatever waits by then;
an exchange locks the rows of its accounts in the order of their names and keeps them until it is committed.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from random import Random

from simulated.costs import Costs

_BATCH = 500
_PAUSE = 0.25  # seconds after a failure for which nobody waits for another exchange


@dataclass
class _Process:
    waiting: deque[tuple[float, tuple[int, ...]]] = field(default_factory=deque)
    batch: list[tuple[float, tuple[int, ...]]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    held: int = 0
    began: float = -1.0  # of the exchange that is under way; none is at -1
    number: int = 0
    closed_until: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Place:
    """Seconds of an exchange: until it asks for its accounts, while it has them, for each attempt in it."""

    before: float
    has: float
    each: float


def postgresql(costs: Costs) -> Place:
    """A transaction that the process leads: its accounts are locked while statements go to and fro."""
    has = costs.client + costs.locked * costs.round_trip + costs.flush + costs.exchange * 2 / 3
    before = costs.before * costs.round_trip + costs.exchange / 3
    return Place(before=before, has=has, each=costs.item + costs.client_item)


def in_one_statement(costs: Costs) -> Place:
    """What it would be if PostgreSQL led the transaction, in a function of its own."""
    return Place(before=costs.round_trip, has=costs.exchange + costs.flush, each=costs.item)


def valkey(costs: Costs) -> Place:
    """A script: whatever the accounts, one after another."""
    return Place(before=costs.round_trip, has=costs.script, each=costs.script_item)


@dataclass(frozen=True, kw_only=True)
class Waits:
    """Of all attempts that wanted to be held. `took` are seconds, in order; `refused` had none in time."""

    took: Sequence[float]
    refused: int
    exchanges: int
    seconds: float

    def at(self, share: float) -> float:
        return self.took[int(len(self.took) * share)] if self.took else 0.0

    @property
    def batch(self) -> float:
        return len(self.took) / self.exchanges if self.exchanges else 0.0


class Rows:
    """Attempts come at `rate`, spread over the processes by chance."""

    def __init__(
        self,
        place: Place,
        *,
        processes: int,
        rate: float,
        tenants: Sequence[float],
        common: bool = False,
        patience: float = 2.0,
        seed: int = 1,
    ) -> None:
        """`tenants` are their shares of the attempts, each with an account; `common` is one more for all."""
        self._place, self._rate, self._tenants, self._common = place, rate, tenants, common
        self._patience = patience
        self._processes = [_Process() for _ in range(processes)]
        self._random = Random(seed)
        self._events: list[tuple[float, int, str, int, int]] = []
        self._order = count()
        self._locked: dict[int, deque[int]] = {}
        self._took: list[float] = []
        self._refused = self._exchanges = 0

    def play(self, seconds: float, warm: float = 1.0) -> Waits:
        """What came after the first `warm` seconds."""
        ranks = range(1, len(self._tenants) + 1)
        at = 0.0
        arrivals: list[float] = []
        while (at := at + self._random.expovariate(self._rate)) < seconds + warm:
            arrivals.append(at)
        whose = self._random.choices(ranks, self._tenants, k=len(arrivals))
        where = self._random.choices(range(len(self._processes)), k=len(arrivals))
        for at, rank, number in zip(arrivals, whose, where, strict=True):
            rows = (0, rank) if self._common else (rank,)
            while self._events and self._events[0][0] <= at:
                self._next(warm)
            self._comes(at, number, rows, warm)
        last = arrivals[-1] if arrivals else 0.0
        while self._events and self._events[0][0] <= last + 2 * self._patience:
            self._next(warm)
        self._took.sort()
        return Waits(took=self._took, refused=self._refused, exchanges=self._exchanges, seconds=seconds)

    def _comes(self, at: float, number: int, rows: tuple[int, ...], warm: float) -> None:
        process = self._processes[number]
        if at < process.closed_until:
            self._refused += at >= warm
            return
        process.waiting.append((at, rows))
        if process.began < 0:
            self._begin(at, number)

    def _next(self, warm: float) -> None:
        at, _, what, number, exchange = heappop(self._events)
        process = self._processes[number]
        if process.number != exchange or process.began < 0:
            return
        if what == "arrives":
            self._lock(at, number)
        elif what == "ends":
            self._release(at, number)
            self._took += [at - came for came, _ in process.batch if came >= warm]
            self._exchanges += at >= warm
            self._over(at, number)
        else:
            self._leave(at, number, warm)

    def _begin(self, at: float, number: int) -> None:
        process = self._processes[number]
        process.batch = [process.waiting.popleft() for _ in range(min(_BATCH, len(process.waiting)))]
        process.rows = sorted({row for _, rows in process.batch for row in rows})
        process.held, process.began, process.number = 0, at, process.number + 1
        self._later(at + self._place.before, "arrives", number)
        self._later(at + self._patience, "late", number)

    def _later(self, at: float, what: str, number: int) -> None:
        heappush(self._events, (at, next(self._order), what, number, self._processes[number].number))

    def _lock(self, at: float, number: int) -> None:
        """Lock row after row, as far as they are free."""
        process = self._processes[number]
        while process.held < len(process.rows):
            queue = self._locked.setdefault(process.rows[process.held], deque())
            if number not in queue:
                queue.append(number)
            if queue[0] != number:
                return
            process.held += 1
        self._later(at + self._place.has + len(process.batch) * self._place.each, "ends", number)

    def _release(self, at: float, number: int) -> None:
        process = self._processes[number]
        for row in process.rows[: process.held + 1]:
            queue = self._locked.get(row)
            if queue is None or number not in queue:
                continue
            first = queue[0] == number
            queue.remove(number)
            if queue and first:
                self._lock(at, queue[0])
            elif not queue:
                del self._locked[row]

    def _over(self, at: float, number: int) -> None:
        process = self._processes[number]
        process.began = -1.0
        if process.waiting:
            self._begin(at, number)

    def _leave(self, at: float, number: int, warm: float) -> None:
        """It has taken too long: everybody who waits is told so."""
        process = self._processes[number]
        self._release(at, number)
        gone = [*process.batch, *process.waiting]
        process.waiting.clear()
        self._refused += sum(came >= warm for came, _ in gone)
        process.closed_until = at + _PAUSE
        process.began = -1.0
