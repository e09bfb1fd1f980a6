"""A circuit breaker: closed, open, half-open. Times are seconds of its tracker's clock."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from interlock.health.probe_lease import ProbeLease


class State(StrEnum):
    """CLOSED lets everything pass, OPEN nothing until its time is over, HALF_OPEN has one probe under way."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Cause(StrEnum):
    """Why a breaker is open. FAILING and PARKED end with a probe, COOLING and RESTING when their time is up.

    All but COOLING give way when nothing else may serve; nobody is asked against a vendor's rate limit.
    """

    FAILING = "failing"
    PARKED = "parked"
    COOLING = "cooling"
    RESTING = "resting"

    @property
    def lapses(self) -> bool:
        return self in _LAPSING

    @property
    def gives_way(self) -> bool:
        return self in _YIELDING


@dataclass(frozen=True, slots=True)
class Wait:
    """Why a breaker lets nothing pass, and in how many seconds it may."""

    cause: Cause
    seconds: float


_LAPSING: Final = frozenset({Cause.COOLING, Cause.RESTING})
_YIELDING: Final = frozenset({Cause.FAILING, Cause.PARKED, Cause.RESTING})
_PROVED: Final = frozenset({Cause.FAILING, Cause.PARKED})
# Which cause is kept when a breaker that is open has another reason to be.
_WEIGHT: Final = {Cause.RESTING: 0, Cause.FAILING: 1, Cause.COOLING: 2, Cause.PARKED: 3}


class Breaker:
    """One state machine:

        CLOSED ──opens──▶ OPEN ──probes──▶ HALF_OPEN ──succeeded──▶ CLOSED
                           ▲ │                 │ │
                           │ └─ lapses, or is  │ └─ released: OPEN, and due at once
                           │    proved wrong   │
                           └──────probe_failed─┘

    A breaker whose probe was lost without a word is due again after `probe_until`. Methods that say so tell
    whether they changed anything. Not thread-safe: its tracker holds a lock.
    """

    __slots__ = ("cause", "probe_lease", "probe_until", "sentence", "state", "tried", "until")

    def __init__(self) -> None:
        self.state = State.CLOSED
        self.cause = Cause.FAILING
        self.sentence = ""
        self.until = 0.0
        self.probe_until = 0.0
        self.tried = False  # something was sent all the same, for want of anything else
        self.probe_lease = ProbeLease()

    @property
    def due(self) -> float:
        """When the next attempt may be sent, unless it is closed."""
        return self.until if self.state is State.OPEN else self.probe_until

    def passes(self, now: float, *, leased: bool = False) -> bool:
        """Whether an attempt may be sent; with `leased`, a probe also needs the lease."""
        if self.state is State.CLOSED or self.lapses(now):
            return True
        due = self.due
        return now >= due and (not leased or self.probe_lease.permits(now, due))

    def lapses(self, now: float) -> bool:
        """Close when the time is up and no probe is needed. Whether it was so."""
        lapsed = self.state is State.OPEN and self.cause.lapses and now >= self.until
        return lapsed and self.close()

    def opens(self, cause: Cause, now: float, until: float, sentence: str) -> bool:
        """Open, or stay open for longer. While it is, a weaker cause does not replace a stronger one."""
        if self.state is State.OPEN and now < self.until:
            weaker = _WEIGHT[cause] < _WEIGHT[self.cause]
            if until <= self.until and (weaker or cause is self.cause):
                return False
            if weaker:
                cause, sentence = self.cause, self.sentence
            until = max(until, self.until)
        else:
            self.tried = False
        self._opened(cause, until, sentence)
        return True

    def begins(self, now: float, lease: float, *, leased: bool = False) -> bool:
        """An attempt is about to be sent: the probe, if one is due. Whether the breaker moved."""
        if self.state is State.CLOSED:
            return False
        if self.lapses(now):
            return True
        if not self.passes(now, leased=leased):
            self.tried = True
            return False
        moved = self.state is not State.HALF_OPEN
        self.state, self.probe_until = State.HALF_OPEN, now + lease
        return moved

    def probe_failed(self, until: float, sentence: str) -> bool:
        """The probe, or anybody while it was due, failed: wait until then."""
        if self.state is State.CLOSED:
            return False
        self.tried = False
        self._opened(Cause.FAILING, until, sentence)
        return True

    def succeeded(self) -> bool:
        """An attempt succeeded. While open, that means something only if it was begun since."""
        if self.state is State.OPEN and not (self.tried and self.cause in _PROVED):
            return False
        return self.close()

    def close(self) -> bool:
        moved = self.state is not State.CLOSED
        self.state, self.until = State.CLOSED, 0.0
        self.probe_lease.over()
        return moved

    def released(self, now: float) -> bool:
        """The probe ended without telling anything: the next attempt may be one."""
        if self.state is not State.HALF_OPEN:
            return False
        self.state, self.until = State.OPEN, now
        return True

    def _opened(self, cause: Cause, until: float, sentence: str) -> None:
        self.state, self.cause, self.until, self.sentence = State.OPEN, cause, until, sentence
        self.probe_lease.over()
