"""How every deployment has been doing: what the ranking asks, and what attempts report."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from interlock.errors import ProviderError
from interlock.failures import Effect, failure_of
from interlock.health.breaker import Wait
from interlock.health.charts import Charts, Moves
from interlock.health.exchange import Exchange
from interlock.health.latency import Kind, Latencies
from interlock.health.pages import HealthPolicy, Page, Standing, Verdict
from interlock.health.refusals import concerns_everybody
from interlock.health.settings import RefusedSettings
from interlock.types.health import Transition, Vitals

GOOD: Final = Standing(Verdict.GOOD)

_GRAVITY: Final = {verdict: weight for weight, verdict in enumerate(Verdict)}
_HARD: Final = frozenset({Effect.DOWN, Effect.SILENT})
_TASKS_OWN: Final = frozenset({Effect.SILENT, Effect.SPOILT})


class HealthBook:
    """Thread-safe. `clock` returns seconds that never run backwards.

    Asking about a deployment that nothing is held against costs a look into a set.

    Attributes:
        latencies: how long the answers took.
        refused: settings that deployments were seen to refuse.
        exchange: for those who share health between processes.
    """

    def __init__(self, policy: HealthPolicy, clock: Callable[[], float]) -> None:
        self.policy = policy
        self.latencies = Latencies(clock)
        self.refused = RefusedSettings(clock)
        self._charts = Charts(policy, clock)
        self._troubled = self._charts.troubled
        self.exchange = Exchange(self._charts)

    def standing(self, deployment: str, task: str | None = None) -> Standing:
        """What the ranking has to know: of several objections, the gravest."""
        if deployment not in self._troubled:
            return GOOD
        charts = self._charts
        moves = Moves(charts)
        worst, high = GOOD, False
        with charts.lock:
            now = charts.clock()
            for page in charts.of(deployment).known(task):
                before = page.breaker.state
                found = page.standing(now, in_turn=now < charts.believed_until)
                moves.note(deployment, page, before)
                if found is not None:
                    high = high or found.high_error_rate
                    if _GRAVITY[found.verdict] > _GRAVITY[worst.verdict]:
                        worst = found
        moves.tell()
        return worst if worst.high_error_rate == high else Standing(worst.verdict, worst.sentence, high)

    def is_well(self, deployment: str, task: str | None = None) -> bool:
        """Whether nothing is held against it, and its last attempt of late did not fail."""
        charts = self._charts
        with charts.lock:
            now = charts.clock()
            return all(page.is_well(now) for page in charts.of(deployment).known(task))

    def streak(self, deployment: str, task: str | None = None) -> int:
        """Hard failures in a row, of whichever calls."""
        charts = self._charts
        with charts.lock:
            return max(page.streak for page in charts.of(deployment).known(task))

    def admits(self, deployment: str, task: str | None = None) -> bool:
        """Whether no breaker forbids an attempt now."""
        if deployment not in self._troubled:
            return True
        charts = self._charts
        with charts.lock:
            now = charts.clock()
            in_turn = now < charts.believed_until
            pages = charts.of(deployment).known(task)
            return all(page.breaker.passes(now, in_turn=in_turn) for page in pages)

    def wait(self, deployment: str, task: str | None = None) -> Wait | None:
        """What a deployment that breakers close to attempts waits for; None when none does."""
        if deployment not in self._troubled:
            return None
        charts = self._charts
        with charts.lock:
            now = charts.clock()
            in_turn = now < charts.believed_until
            closed = [
                Wait(page.breaker.cause, max(0.0, page.breaker.due - now))
                for page in charts.of(deployment).known(task)
                if not page.breaker.passes(now, in_turn=in_turn)
            ]
        return max(closed, key=lambda wait: wait.seconds, default=None)

    def enters(self, deployment: str, task: str | None = None) -> bool:
        """An attempt starts, unless a breaker forbids it. Of many at once, one is the probe that is due."""
        if deployment not in self._troubled:
            return True
        charts = self._charts
        moves = Moves(charts)
        with charts.lock:
            now = charts.clock()
            in_turn = now < charts.believed_until
            pages = charts.of(deployment).known(task)
            admitted = all(page.breaker.passes(now, in_turn=in_turn) for page in pages)
            for page in pages if admitted else ():
                before = page.breaker.state
                page.begins(now, in_turn)
                moves.note(deployment, page, before)
        moves.tell()
        return admitted

    def began(self, deployment: str, task: str | None = None) -> None:
        """An attempt starts, whatever breakers say. Where a probe is due, it is the probe."""
        if deployment in self._troubled:
            self._each(deployment, task, Page.begins)

    def released(self, deployment: str, task: str | None = None) -> None:
        """An attempt ended without telling anything about the deployment."""
        if deployment in self._troubled:
            self._each(deployment, task, Page.released)

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
        chart = self._charts.get(deployment)
        page = chart and (chart.own if task is None else chart.tasks.get(task))
        return page.rate.lately.rate if page else 0.0

    def listen(self, listener: Callable[[Transition], None]) -> None:
        """Have every move of a breaker told, on the thread that caused it or first noticed that its time was
        up. A listener returns at once and never raises.
        """
        self._charts.listeners.append(listener)

    def snapshot(self) -> tuple[Vitals, ...]:
        """Everything known; a deployment's own row comes before those of its tasks."""
        charts = self._charts
        with charts.lock:
            now = charts.clock()
            rows = [page.vitals(deployment, now) for deployment, page in charts]
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

    def _each(self, deployment: str, task: str | None, step: Callable[[Page, float, bool], object]) -> None:
        charts = self._charts
        moves = Moves(charts)
        with charts.lock:
            now = charts.clock()
            in_turn = now < charts.believed_until
            for page in charts.of(deployment).known(task):
                before = page.breaker.state
                step(page, now, in_turn)
                moves.note(deployment, page, before)
        moves.tell()

    def _succeeded(self, deployment: str, task: str | None) -> None:
        charts = self._charts
        with charts.lock:
            chart, journal = charts.of(deployment), charts.journal
            if deployment not in self._troubled:
                clean = chart.own.succeeds()
                if task is not None:
                    clean = chart.at(task).succeeds() and clean
                if not clean:
                    self._troubled.add(deployment)
                if journal is not None:
                    for page in chart.needed(task):
                        journal.note(deployment, page.task).succeeded(cleared=False)
                return
            moves, now = Moves(charts), charts.clock()
            for page in chart.needed(task):
                before = page.breaker.state
                cleared = page.succeeded(now)
                if journal is not None:
                    journal.note(deployment, page.task).succeeded(cleared=cleared)
                moves.note(deployment, page, before, urgent=cleared)
            if chart.clean:
                self._troubled.discard(deployment)
        moves.tell()

    def _meant(self, deployment: str, error: ProviderError, request: int | None) -> Effect:
        """Whether a refusal parks the deployment."""
        charts = self._charts
        with charts.lock:
            page = charts.of(deployment).own
            refused = page.refused(request, charts.clock())
        return Effect.PARK if refused or concerns_everybody(error) else Effect.NOTHING

    def _failed(self, deployment: str, task: str | None, error: ProviderError, effect: Effect) -> None:
        charts = self._charts
        moves = Moves(charts)
        tasks_own = task is not None and effect in _TASKS_OWN
        with charts.lock:
            now = charts.clock()
            for page in charts.of(deployment).needed(task):
                before = page.breaker.state
                concerned = (page.task is not None) == tasks_own
                if concerned:
                    changed = page.failed(error, effect, now)
                else:
                    changed = page.failed_elsewhere(error, effect, task, now)
                if charts.journal is not None and (concerned or changed):
                    note = charts.journal.note(deployment, page.task)
                    if concerned:
                        note.failed(hard=effect in _HARD)
                    note.opened |= changed
                moves.note(deployment, page, before, urgent=changed)
                if not page.clean:
                    self._troubled.add(deployment)
        moves.tell()
