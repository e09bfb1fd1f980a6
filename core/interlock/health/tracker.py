"""How every deployment has been doing: what the ranking asks, and what attempts report."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from interlock.errors import ProviderError
from interlock.failures import Effect, failure_of
from interlock.health.breaker import Wait
from interlock.health.deployment_health import HealthTable, Moves
from interlock.health.exchange import Exchange
from interlock.health.latency import Kind, Latencies
from interlock.health.misplacements import Misplacements
from interlock.health.refusals import concerns_everybody
from interlock.health.settings import RefusedSettings
from interlock.health.task_health import Grade, HealthPolicy, Standing, TaskHealth
from interlock.types.health import Transition, Vitals

GOOD: Final = Standing(Grade.GOOD)

_GRAVITY: Final = {grade: weight for weight, grade in enumerate(Grade)}
_HARD: Final = frozenset({Effect.DOWN, Effect.SILENT})
_TASKS_OWN: Final = frozenset({Effect.SILENT, Effect.SPOILT})


class HealthTracker:
    """Thread-safe. `clock` returns seconds that never run backwards.

    Asking about a deployment that nothing is held against costs a look into a set.

    Attributes:
        latencies: how long the answers took.
        refused: settings that deployments were seen to refuse.
        misplaced: deployments that were seen to process where they are not declared to.
        exchange: for those who share health between processes.
    """

    def __init__(self, policy: HealthPolicy, clock: Callable[[], float]) -> None:
        self.policy = policy
        self.latencies = Latencies(clock)
        self.refused = RefusedSettings(clock)
        self.misplaced = Misplacements(clock)
        self._table = HealthTable(policy, clock)
        self._troubled = self._table.troubled
        self.exchange = Exchange(self._table)
        self._heir: tuple[HealthTracker, frozenset[str]] | None = None

    def inherit(self, other: "HealthTracker", deployments: Iterable[str]) -> None:
        """Begin with what the other knows of these, and hear from it how attempts end that are under way."""
        names = frozenset(deployments)
        self._table.inherit(other._table, names)  # noqa: SLF001 - another of its kind
        self.latencies.inherit(other.latencies, names)
        self.refused.inherit(other.refused, names)
        self.misplaced.inherit(other.misplaced, names)
        other._heir = (self, names)  # noqa: SLF001 - likewise

    def standing(self, deployment: str, task: str | None = None) -> Standing:
        """What the ranking has to know: of several objections, the gravest."""
        if deployment not in self._troubled:
            return GOOD
        table = self._table
        moves = Moves(table)
        worst, high = GOOD, False
        with table.lock:
            now = table.clock()
            for health in table.of(deployment).known(task):
                before = health.breaker.state
                found = health.standing(now, leased=now < table.believed_until)
                moves.note(deployment, health, before)
                if found is not None:
                    high = high or found.high_error_rate
                    if _GRAVITY[found.grade] > _GRAVITY[worst.grade]:
                        worst = found
        moves.tell()
        return worst if worst.high_error_rate == high else Standing(worst.grade, worst.sentence, high)

    def standings(self, task: str | None = None) -> dict[str, Standing]:
        """The standing of every deployment that is not simply good, by its id."""
        if not self._troubled:
            return {}
        found = ((name, self.standing(name, task)) for name in tuple(self._troubled))
        return {name: standing for name, standing in found if standing is not GOOD}

    def is_well(self, deployment: str, task: str | None = None) -> bool:
        """Whether nothing is held against it, and its last attempt of late did not fail."""
        table = self._table
        with table.lock:
            now = table.clock()
            return all(health.is_well(now) for health in table.of(deployment).known(task))

    def streak(self, deployment: str, task: str | None = None) -> int:
        """Hard failures in a row, of whichever calls."""
        table = self._table
        with table.lock:
            return max(health.streak for health in table.of(deployment).known(task))

    def admits(self, deployment: str, task: str | None = None) -> bool:
        """Whether no breaker forbids an attempt now."""
        if deployment not in self._troubled:
            return True
        table = self._table
        with table.lock:
            now = table.clock()
            leased = now < table.believed_until
            healths = table.of(deployment).known(task)
            return all(health.breaker.passes(now, leased=leased) for health in healths)

    def wait(self, deployment: str, task: str | None = None) -> Wait | None:
        """What a deployment that breakers close to attempts waits for; None when none does."""
        if deployment not in self._troubled:
            return None
        table = self._table
        with table.lock:
            now = table.clock()
            leased = now < table.believed_until
            closed = [
                Wait(health.breaker.cause, max(0.0, health.breaker.due - now))
                for health in table.of(deployment).known(task)
                if not health.breaker.passes(now, leased=leased)
            ]
        return max(closed, key=lambda wait: wait.seconds, default=None)

    def enters(self, deployment: str, task: str | None = None) -> bool:
        """An attempt starts, unless a breaker forbids it. Of many at once, one is the probe that is due."""
        if deployment not in self._troubled:
            return True
        table = self._table
        moves = Moves(table)
        with table.lock:
            now = table.clock()
            leased = now < table.believed_until
            healths = table.of(deployment).known(task)
            admitted = all(health.breaker.passes(now, leased=leased) for health in healths)
            for health in healths if admitted else ():
                before = health.breaker.state
                health.begins(now, leased)
                moves.note(deployment, health, before)
        moves.tell()
        return admitted

    def began(self, deployment: str, task: str | None = None) -> None:
        """An attempt starts, whatever breakers say. Where a probe is due, it is the probe."""
        if deployment in self._troubled:
            self._each(deployment, task, TaskHealth.begins)

    def released(self, deployment: str, task: str | None = None) -> None:
        """An attempt ended without telling anything about the deployment."""
        if deployment in self._troubled:
            self._each(deployment, task, TaskHealth.released)

    def ended(
        self,
        deployment: str,
        error: ProviderError | None,
        task: str | None = None,
        *,
        request: Callable[[], int] | None = None,
    ) -> None:
        """An attempt ended. Errors that are the request's own fault say nothing about the deployment.

        `request` gives a number that tells the request from others, and is asked only where that matters.
        """
        if self._heir is not None:
            heir, names = self._heir
            # What is shared with other processes, the heir hears from there.
            if deployment in names and self._table.changes is None:
                heir.ended(deployment, error, task, request=request)
        if error is None:
            self._succeeded(deployment, task)
            return
        effect = failure_of(type(error)).effect
        if effect is Effect.REFUSE:
            effect = self._meant(deployment, error, None if request is None else request())
        if effect is Effect.NOTHING:
            self.released(deployment, task)
        else:
            self._failed(deployment, task, error, effect)

    def error_rate(self, deployment: str, task: str | None = None) -> float:
        known = self._table.get(deployment)
        health = known and (known.own if task is None else known.tasks.get(task))
        return health.rate.lately.rate if health else 0.0

    def listen(self, listener: Callable[[Transition], None]) -> None:
        """Have every move of a breaker told, on the thread that caused it or first noticed that its time was
        up. A listener returns at once and never raises.
        """
        self._table.listeners.append(listener)

    def snapshot(self) -> tuple[Vitals, ...]:
        """Everything known; a deployment's own row comes before those of its tasks."""
        table = self._table
        with table.lock:
            now = table.clock()
            rows = [health.vitals(deployment, now) for deployment, health in table]
        return tuple(self._timed(row) for row in rows)

    def _timed(self, row: Vitals) -> Vitals:
        def took(kind: Kind, share: float) -> float | None:
            return self.latencies.percentile(row.deployment, kind, share, row.task)

        return replace(
            row,
            answer_p50=took("answer", 0.5),
            answer_p95=took("answer", 0.95),
            first_token_p50=took("first_token", 0.5),
            first_token_p95=took("first_token", 0.95),
        )

    def _each(
        self, deployment: str, task: str | None, step: Callable[[TaskHealth, float, bool], object]
    ) -> None:
        table = self._table
        moves = Moves(table)
        with table.lock:
            now = table.clock()
            leased = now < table.believed_until
            for health in table.of(deployment).known(task):
                before = health.breaker.state
                step(health, now, leased)
                moves.note(deployment, health, before)
        moves.tell()

    def _succeeded(self, deployment: str, task: str | None) -> None:
        table = self._table
        with table.lock:
            known, changes = table.of(deployment), table.changes
            if deployment not in self._troubled:
                clean = known.own.succeeds()
                if task is not None:
                    clean = known.at(task).succeeds() and clean
                if not clean:
                    self._troubled.add(deployment)
                if changes is not None:
                    for health in known.needed(task):
                        changes.at(deployment, health.task).succeeded(cleared=False)
                return
            moves, now = Moves(table), table.clock()
            for health in known.needed(task):
                before = health.breaker.state
                cleared = health.succeeded(now)
                if changes is not None:
                    changes.at(deployment, health.task).succeeded(cleared=cleared)
                moves.note(deployment, health, before, urgent=cleared)
            if known.clean:
                self._troubled.discard(deployment)
        moves.tell()

    def _meant(self, deployment: str, error: ProviderError, request: int | None) -> Effect:
        """Whether a refusal parks the deployment."""
        table = self._table
        with table.lock:
            health = table.of(deployment).own
            refused = health.refused(request, table.clock())
        return Effect.PARK if refused or concerns_everybody(error) else Effect.NOTHING

    def _failed(self, deployment: str, task: str | None, error: ProviderError, effect: Effect) -> None:
        table = self._table
        moves = Moves(table)
        tasks_own = task is not None and effect in _TASKS_OWN
        with table.lock:
            now = table.clock()
            for health in table.of(deployment).needed(task):
                before = health.breaker.state
                concerned = (health.task is not None) == tasks_own
                if concerned:
                    changed = health.failed(error, effect, now)
                else:
                    changed = health.failed_elsewhere(error, effect, task, now)
                if table.changes is not None and (concerned or changed):
                    change = table.changes.at(deployment, health.task)
                    if concerned:
                        change.failed(hard=effect in _HARD)
                    change.opened |= changed
                moves.note(deployment, health, before, urgent=changed)
                if not health.clean:
                    self._troubled.add(deployment)
        moves.tell()
