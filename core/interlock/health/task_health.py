"""How a deployment has been doing, on the whole or at one task."""

from copy import deepcopy
from dataclasses import dataclass
from enum import Enum

from interlock.errors import ModelNotFound, ProviderError
from interlock.failures import Effect
from interlock.health.breaker import Breaker, Cause, State
from interlock.health.rates import ErrorRate, RollingRate
from interlock.health.refusals import Refusals
from interlock.types.health import Vitals

# A key that was refused is tried again after this many cooldowns: balances are topped up, keys are restored.
# A vendor that asks to be left alone is, for as long at most.
_LONG = 10
# A model that its vendor does not serve comes back more rarely: each probe that fails doubles the time.
_HOUR = 3_600.0
_DAY = 86_400.0
# Seconds by which what comes back from other processes may differ from what was told.
_ECHO = 0.5

# How a breaker's sentence begins when another process, which saw the error, opened it.
_HEARD = {
    Cause.FAILING: "its breaker is open: it failed in another process",
    Cause.PARKED: "parked: the vendor refused its key or its model in another process",
    Cause.COOLING: "cooling down: the vendor's rate limit was reached in another process",
    Cause.RESTING: "resting: the vendor asked another process to come back later",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthPolicy:
    """`error_rate` is a share, `window` and `minimum` count attempts, `cooldown` is seconds.

    `opens_after` hard failures in a row open a breaker.
    """

    error_rate: float = 0.05
    window: int = 200
    minimum: int = 5
    cooldown: float = 20.0
    opens_after: int = 10

    def longest(self, cause: Cause) -> float:
        """Seconds for which a breaker may be open at most, before it is looked at again."""
        if cause is Cause.COOLING:
            return _DAY
        long = self.cooldown * _LONG
        return max(long, _HOUR) if cause is Cause.PARKED else long


class Grade(Enum):
    """What a standing means for the ranking. LAST_RESORT excludes, unless nothing else may serve."""

    GOOD = "good"
    DEMOTED = "demoted"
    LAST_RESORT = "last resort"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class Standing:
    """`high_error_rate` may hold for an excluded deployment too."""

    grade: Grade
    sentence: str = ""
    high_error_rate: bool = False


class TaskHealth:
    """Its rate, its breaker, and the probe that may bring it back when its rate is high. Not thread-safe."""

    __slots__ = (
        "breaker", "failed_at", "last", "parkings", "policy", "probe_until", "rate", "refusals", "streak",
        "struck", "task",
    )  # fmt: skip

    def __init__(self, policy: HealthPolicy, task: str | None) -> None:
        self.policy = policy
        self.task = task
        self.rate = ErrorRate(policy.window)
        self.breaker = Breaker()
        self.last = 0.0
        self.probe_until = 0.0
        self.streak = 0
        self.struck: set[str | None] = set()  # the tasks of the streak; None for what concerns them all
        self.refusals: Refusals | None = None
        self.failed_at: float | None = None  # the last failure, until something succeeds
        self.parkings = 0  # one after another, with no success in between

    def under(self, policy: HealthPolicy) -> "TaskHealth":
        """A copy that goes on by this policy."""
        other = deepcopy(self)
        other.policy = policy
        if policy.window != self.policy.window:
            other.rate = ErrorRate(policy.window)
            for old, new in ((self.rate.lately, other.rate.lately), (self.rate.longer, other.rate.longer)):
                new.add_many(successes=old.attempts - old.failures, failures=old.failures)
        return other

    @property
    def clean(self) -> bool:
        """Whether there is nothing to object, whatever the time."""
        return self.breaker.state is State.CLOSED and not self.high

    @property
    def high(self) -> bool:
        """Whether the error rate is above the limit, and chance an unlikely reason for it."""
        return self.above is not None

    @property
    def above(self) -> RollingRate | None:
        return self.rate.above(self.policy.error_rate, self.policy.minimum)

    def is_well(self, now: float) -> bool:
        """Whether it would be asked without need: nothing is held against it, and it has not just failed."""
        failed = self.failed_at is not None and now - self.failed_at < self.policy.cooldown
        return not failed and self.clean

    def may_probe(self, now: float) -> bool:
        """Whether it has been left alone for long enough that one attempt may show that it is well again."""
        return now - self.last >= self.policy.cooldown and now >= self.probe_until

    def standing(self, now: float, *, leased: bool) -> Standing | None:
        """None when there is nothing to object."""
        breaker, above = self.breaker, self.above
        high = above is not None
        if not breaker.passes(now, leased=leased):
            breaker.probe_lease.asked = True
            grade = Grade.LAST_RESORT if breaker.cause.gives_way else Grade.EXCLUDED
            return Standing(grade, self._turned_away(now), high)
        if breaker.state is not State.CLOSED or above is None or self.may_probe(now):
            return None
        rate, limit = above, self.policy.error_rate
        sentence = (
            f"{rate.failures} of its last {rate.attempts} attempts{self._at} failed "
            f"({rate.rate:.0%}; the limit is {limit:.0%})"
        )
        return Standing(Grade.DEMOTED, sentence, high)

    def begins(self, now: float, leased: bool) -> bool:
        """An attempt is about to be sent: a probe, where one is due. Whether the breaker moved."""
        lease = self.policy.cooldown
        if self.breaker.state is not State.CLOSED:
            return self.breaker.begins(now, lease, leased=leased)
        if self.high and self.may_probe(now):
            self.probe_until = now + lease
        return False

    def succeeds(self) -> bool:
        """An attempt succeeded while nothing was held against it. Whether that is still so."""
        self.refusals = self.failed_at = None
        if self.streak:
            self.streak = 0
            self.struck.clear()
        return not (self.rate.add(failed=False) and self.high)

    def succeeded(self, now: float) -> bool:
        """An attempt succeeded. Whether that has cleared the record."""
        self.refusals = self.failed_at = None
        self.streak = 0
        self.struck.clear()
        cleared = self.breaker.succeeded() or now < self.probe_until
        if cleared:
            self.clear()
        self.rate.add(failed=False)
        self.last = now
        return cleared

    def clear(self) -> None:
        self.rate.clear()
        self.refusals = None
        self.parkings = 0
        self.probe_until = 0.0
        self.streak = 0
        self.struck.clear()

    def failed(self, error: ProviderError, effect: Effect, now: float) -> bool:
        """A failure that counts here. Whether the breaker opened, or stays open for longer."""
        self.probe_until = 0.0
        self.last = self.failed_at = now
        self.rate.add(failed=True)
        cooldown = self.policy.cooldown
        if effect is Effect.PARK:
            return self.parks(error, now)
        changed = False
        if effect in (Effect.DOWN, Effect.SILENT):
            changed = self.strike(None, error, now)
        if effect is Effect.THROTTLE and error.retry_after:
            sentence = "cooling down: the vendor's rate limit was reached"
            changed = self.breaker.opens(Cause.COOLING, now, now + error.retry_after, sentence)
        elif effect is Effect.DOWN and error.retry_after:
            until = now + min(error.retry_after, cooldown * _LONG)
            sentence = f"resting: the vendor asked to be left alone ({_named(error)})"
            changed |= self.breaker.opens(Cause.RESTING, now, until, sentence)
        if not changed:
            changed = self.probe_lost(error, now)
        return changed

    def refused(self, request: int | None, now: float) -> bool:
        """A refusal that may be the request's own. Whether it is the deployment that refuses, by now."""
        if self.refusals is None:
            self.refusals = Refusals(now)
        answers = self.rate.lately.attempts > self.rate.lately.failures
        return self.refusals.add(request, now, answers=answers, patience=self.policy.cooldown)

    def parks(self, error: ProviderError, now: float) -> bool:
        """The key or the model was refused. Whether the breaker opened, or stays open for longer."""
        breaker, seconds = self.breaker, self.policy.cooldown * _LONG
        if breaker.state is State.OPEN and breaker.cause is Cause.PARKED and now < breaker.until:
            return False  # it was tried for want of anything else
        what = "the vendor refused its key"
        if isinstance(error, ModelNotFound):
            what = "the vendor does not serve its model under this name"
            seconds = max(seconds, min(_HOUR, seconds * 2**self.parkings))
        self.parkings = min(self.parkings + 1, _LONG)
        return breaker.opens(Cause.PARKED, now, now + seconds, f"parked: {what} ({_named(error)})")

    def failed_elsewhere(self, error: ProviderError, effect: Effect, task: str | None, now: float) -> bool:
        """A failure that is another's: a task's on the deployment's own health, or the other way round.

        Whether the breaker opened: it does for silence at several tasks, and when this was its probe.
        """
        self.probe_until = 0.0
        silent = effect is Effect.SILENT and self.task is None
        return (silent and self.strike(task, error, now)) or self.probe_lost(error, now)

    def strike(self, task: str | None, error: ProviderError, now: float) -> bool:
        """A hard failure, which may concern one task alone. Whether the breaker opened.

        Failures of one task in a row leave the other tasks alone; with a second one, or with a failure that
        concerns them all, they count.
        """
        self.streak += 1
        self.struck.add(task)
        return self.opens_by_streak(f"the last with {_named(error)}", now)

    def opens_by_streak(self, last: str, now: float) -> bool:
        if self.streak < self.policy.opens_after or not (None in self.struck or len(self.struck) > 1):
            return False
        if self.breaker.state is not State.CLOSED:
            return False
        sentence = f"its breaker is open: {self.streak} attempts{self._at} in a row failed, {last}"
        return self.breaker.opens(Cause.FAILING, now, now + self.policy.cooldown, sentence)

    def probe_lost(self, error: ProviderError, now: float) -> bool:
        """A failure while a probe is due or under way."""
        breaker = self.breaker
        if breaker.state is State.CLOSED or now < breaker.until:
            return False
        sentence = f"its breaker is open: its probe{self._at} failed with {_named(error)}"
        return breaker.probe_failed(now + self.policy.cooldown, sentence)

    def released(self, now: float, leased: bool = False) -> bool:  # noqa: ARG002 - as `begins`
        """An attempt ended without telling anything. Whether the breaker moved."""
        self.probe_until = 0.0
        return self.breaker.released(now)

    def hears(self, successes: int, failures: int, hard: int, now: float) -> bool:
        """What happened in other processes. Whether the breaker opened by it."""
        self.rate.add_many(successes=successes, failures=failures)
        if failures:
            self.last = now
        if successes:
            self.streak = 0
            self.struck.clear()
        if not hard:
            return False
        self.streak += hard
        self.struck.add(None)
        return self.opens_by_streak("some of them in other processes", now)

    def hears_of_opening(self, cause: Cause, now: float, until: float) -> bool:
        breaker = self.breaker
        if breaker.state is State.OPEN and breaker.cause is cause and until <= breaker.until + _ECHO:
            return False  # most likely it is what this process told itself
        return breaker.opens(cause, now, until, _HEARD[cause] + self._at)

    def vitals(self, deployment: str, now: float) -> Vitals:
        breaker, rate = self.breaker, self.above or self.rate.lately
        breaker.lapses(now)
        closed = breaker.state is State.CLOSED
        return Vitals(
            deployment=deployment,
            task=self.task,
            state=breaker.state.value,
            cause=None if closed else breaker.cause.value,
            attempts=rate.attempts,
            failures=rate.failures,
            error_rate=rate.rate,
            moved_back=self.high,
            cooldown=max(0.0, breaker.until - now) if breaker.state is State.OPEN else 0.0,
        )

    @property
    def _at(self) -> str:
        return f" at {self.task}" if self.task else ""

    def _turned_away(self, now: float) -> str:
        breaker = self.breaker
        if now < breaker.until and breaker.state is State.OPEN:
            return f"{breaker.sentence}, for {breaker.until - now:.0f} s more"
        return f"its breaker{self._at} is half-open: one attempt is to show whether it is well again"


def _named(error: ProviderError) -> str:
    name = type(error).__name__
    return name if error.status is None else f"{name}, status {error.status}"
