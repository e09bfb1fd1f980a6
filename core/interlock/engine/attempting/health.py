"""Health in the engine: every attempt is reported to the book, and the book has a say before each."""

from collections.abc import Callable

from interlock.constraints import contradicts
from interlock.engine.attempting.recorder import AttemptScope
from interlock.engine.leaving import LostRace
from interlock.errors import InterlockError, NoLongerAllowed, ProviderError, SettingRefused
from interlock.health import HealthTracker, RetryBudget
from interlock.health.breaker import Cause, Wait
from interlock.health.latency import Kind
from interlock.logs import redacting_logger
from interlock.strategies.fallback import PATIENCE
from interlock.types.decisions import Decision
from interlock.types.records import AttemptRecord

_log = redacting_logger("interlock.evidence")

# What these ask is of another kind than the request's task, and would blur what is known about it.
# More hard failures in a row than one call brings about with the usual retries.
_OVER_AND_OVER = 3
ASIDE = frozenset({"arbiter", "classifier", "guardrail"})


class HealthObserver:
    """Keeps the health book, and keeps attempts away from what has come to be closed to them."""

    def __init__(self, health: HealthTracker, retries: RetryBudget) -> None:
        self._health = health
        self._retries = retries

    def began(self, scope: AttemptScope) -> None:
        name, task = scope.call.deployment.id, _task(scope)
        if not self._health.enters(name, task):
            if self._untried(scope, name, task):
                sentence = self._health.standing(name, task).sentence
                raise NoLongerAllowed(f"{name} was allowed and is no longer: {sentence}")
            self._health.began(name, task)
        if not scope.state.draft.has_tried(name):
            self._retries.earn(name)

    def ended(self, scope: AttemptScope, failure: InterlockError | None, record: AttemptRecord) -> None:
        name, task = scope.call.deployment.id, _task(scope)
        if failure is None:
            if task == scope.state.decision.task:
                kind: Kind = "answer" if scope.first_token is None else "first_token"
                self._health.latencies.add(name, kind, scope.first_token or record.latency, task)
        elif isinstance(failure, LostRace) and record.parent is None and scope.first_token is None:
            # It would have taken longer still. Left out, what is measured would shrink with each hedge.
            kind = "first_token" if scope.streamed else "answer"
            self._health.latencies.add(name, kind, record.latency, task)
        if record.evidenced is not None:
            self._placed(scope, record, record.evidenced)
        if isinstance(failure, SettingRefused):
            self._health.refused.learn(name, failure.setting, scope.call.request)
        if failure is None or isinstance(failure, ProviderError):
            self._health.ended(name, failure, task, request=lambda: hash(repr(scope.state.asked.messages)))
        else:
            self._health.released(name, task)

    def _placed(self, scope: AttemptScope, record: AttemptRecord, evidenced: str) -> None:
        """Hold it against a deployment that its vendor says it processes where it should not."""
        deployment = scope.call.deployment
        if record.incident is None and not contradicts(evidenced, deployment, record.pinned):
            return
        news = self._health.misplaced.learn(deployment.id, evidenced)
        if record.incident is not None:
            _log.warning("incident at %s: %s", deployment.id, record.incident)
        elif news:
            _log.warning(
                "%s is declared as %s, and its vendor says that it processes in %s",
                deployment.id, record.pinned or deployment.region, evidenced,
            )  # fmt: skip

    def _untried(self, scope: AttemptScope, name: str, task: str) -> bool:
        """Whether the call has something else left, so that a breaker need not give way."""
        tried = {attempt.deployment for attempt in scope.state.draft.attempts}
        return any(
            candidate.deployment != name
            and candidate.deployment not in tried
            and self._health.admits(candidate.deployment, task)
            for candidate in scope.state.decision.shortlist
        )


class RetryGate:
    """Says for each call whether a deployment may be asked again, and what is worth waiting for."""

    def __init__(self, health: HealthTracker, retries: RetryBudget) -> None:
        self._health = health
        self._retries = retries

    def wait_of(self, deployment: str, task: str) -> Wait | None:
        return self._health.wait(deployment, task)

    def well_at(self, task: str) -> Callable[[str], bool]:
        return lambda deployment: self._health.is_well(deployment, task)

    def worth(self, decision: Decision, longest: float) -> float | None:
        """Seconds until the first deployment is back that its vendor's rate limit alone keeps from a request
        that nobody else may serve. None when that takes `longest`, or longer than a retry would wait, or when
        no retry is left.
        """
        rules = decision.facts.rules if decision.facts else {}
        closed = {
            name: wait
            for name, rule in rules.items()
            if rule == "health" and (wait := self._health.wait(name, decision.task)) is not None
        }
        name = min(closed, key=lambda name: closed[name].seconds, default=None)
        if name is None or closed[name].cause is not Cause.COOLING:
            return None
        seconds = closed[name].seconds
        return seconds if seconds <= PATIENCE and seconds < longest and self._retries.spend(name) else None

    def of(self, decision: Decision) -> Callable[[str], bool]:
        """For a strategy. A retry that is granted is spent.

        Falling back is better than asking behind a breaker that has opened meanwhile, or what has failed call
        after call, if there is anywhere to fall back to.
        """
        health, task = self._health, decision.task

        def may_retry(deployment: str) -> bool:
            if not health.admits(deployment, task) or health.streak(deployment, task) > _OVER_AND_OVER:
                names = [candidate.deployment for candidate in decision.shortlist]
                later = names[names.index(deployment) + 1 :]
                if any(health.admits(name, task) for name in later):
                    return False
            return self._retries.spend(deployment)

        return may_retry


def _task(scope: AttemptScope) -> str:
    role = scope.attempt.role
    return role if role in ASIDE else scope.state.decision.task
