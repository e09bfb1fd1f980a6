"""One page for each deployment: its error rate, its cooldown, and the probe that may bring it back."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from threading import Lock

from interlock.errors import (
    AuthenticationError,
    InvalidRequest,
    ModelNotFound,
    PermissionDenied,
    ProviderError,
    QuotaExceeded,
    RateLimited,
)
from interlock.health.rates import RollingRate, lower_bound

# A key that was refused is tried again after this many cooldowns: balances are topped up, keys are restored.
_PARKED_COOLDOWNS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthPolicy:
    """`error_rate` is a share, `window` and `minimum` count attempts, `cooldown` is seconds."""

    error_rate: float = 0.05
    window: int = 200
    minimum: int = 5
    cooldown: float = 20.0


class Verdict(Enum):
    """What a standing means for the ranking."""

    GOOD = "good"
    DEMOTED = "demoted"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class Standing:
    """`high_error_rate` may hold for an excluded deployment too."""

    verdict: Verdict
    sentence: str = ""
    high_error_rate: bool = False


GOOD = Standing(Verdict.GOOD)


class _Page:
    __slots__ = ("closed_until", "last", "probe_until", "rate", "sentence")

    def __init__(self, window: int) -> None:
        self.rate = RollingRate(window)
        self.last = 0.0
        self.closed_until = 0.0
        self.probe_until = 0.0
        self.sentence = ""


class HealthBook:
    """Thread-safe. `clock` returns seconds that never run backwards."""

    def __init__(self, policy: HealthPolicy, clock: Callable[[], float]) -> None:
        self.policy = policy
        self._clock = clock
        self._pages: dict[str, _Page] = {}
        self._lock = Lock()

    def standing(self, deployment: str) -> Standing:
        page = self._pages.get(deployment)
        if page is None:
            return GOOD
        with self._lock:
            now = self._clock()
            high = self._demoted(page)
            if now < page.closed_until:
                sentence = f"{page.sentence}, for {page.closed_until - now:.0f} s more"
                return Standing(Verdict.EXCLUDED, sentence, high)
            if not high or self._may_probe(page, now):
                return GOOD
            rate, limit = page.rate, self.policy.error_rate
            sentence = (
                f"{rate.failures} of its last {rate.attempts} attempts failed "
                f"({rate.rate:.0%}; the limit is {limit:.0%})"
            )
            return Standing(Verdict.DEMOTED, sentence, high)

    def began(self, deployment: str) -> None:
        """An attempt starts. Once a demoted deployment's cooldown is over, one attempt is its probe."""
        page = self._pages.get(deployment)
        if page is None:
            return
        with self._lock:
            now = self._clock()
            if self._demoted(page) and self._may_probe(page, now):
                page.probe_until = now + self.policy.cooldown

    def ended(self, deployment: str, error: ProviderError | None) -> None:
        """An attempt ended. Errors that are the request's own fault say nothing about the deployment."""
        if isinstance(error, (InvalidRequest, ModelNotFound)):
            self.released(deployment)
            return
        page = self._open(deployment)
        with self._lock:
            now = self._clock()
            probing = now < page.probe_until
            page.probe_until = 0.0
            page.last = now
            if error is None and probing:
                page.rate.clear()
            page.rate.add(failed=error is not None)
            if isinstance(error, (AuthenticationError, QuotaExceeded, PermissionDenied)):
                page.closed_until = now + self.policy.cooldown * _PARKED_COOLDOWNS
                page.sentence = f"parked: the vendor refused its key ({type(error).__name__})"
            elif isinstance(error, RateLimited) and error.retry_after:
                page.closed_until = now + error.retry_after
                page.sentence = "cooling down: the vendor's rate limit was reached"

    def error_rate(self, deployment: str) -> float:
        page = self._pages.get(deployment)
        return page.rate.rate if page else 0.0

    def _open(self, deployment: str) -> _Page:
        page = self._pages.get(deployment)
        if page is None:
            with self._lock:
                page = self._pages.setdefault(deployment, _Page(self.policy.window))
        return page

    def released(self, deployment: str) -> None:
        """An attempt ended without telling anything about the deployment."""
        page = self._pages.get(deployment)
        if page is not None:
            with self._lock:
                page.probe_until = 0.0

    def _demoted(self, page: _Page) -> bool:
        rate = page.rate
        if not rate.failures or rate.attempts < self.policy.minimum:
            return False
        return (
            rate.rate > self.policy.error_rate
            and lower_bound(rate.failures, rate.attempts) > self.policy.error_rate
        )

    def _may_probe(self, page: _Page, now: float) -> bool:
        return now - page.last >= self.policy.cooldown and now >= page.probe_until
