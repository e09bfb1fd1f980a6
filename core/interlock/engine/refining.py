"""A second opinion on the task, from classifiers that ask a model."""

from collections.abc import Sequence
from dataclasses import replace

from interlock.engine.attempting.attempts import Attempts
from interlock.engine.deciding.routes import EU_REGULATED
from interlock.engine.flight import Flight, Lane
from interlock.engine.guards import Guards
from interlock.errors import InterlockError, ProviderError, TotalTimeout
from interlock.http import redacting_logger
from interlock.protocols import ClassifyCall, RefiningClassifier, Strategy, StrategyCall
from interlock.strategies.races import in_turn
from interlock.types.decisions import Classification, Outcome
from interlock.types.request import Request
from interlock.types.response import Answer

_log = redacting_logger("interlock.refine")
# Below this, the local classifiers are right about four times in five.
_SURE = 0.6


class Refinery:
    """Asks refining classifiers when the local ones are unsure.

    What they ask a model goes to the flight's own shortlist and nowhere else, with a permit for each
    attempt, and is written down in the flight's record.
    """

    def __init__(
        self,
        classifiers: Sequence[RefiningClassifier],
        attempts: Attempts,
        strategy: Strategy,
        guards: Guards,
    ) -> None:
        self._classifiers = classifiers
        self._attempts = attempts
        self._strategy = strategy
        self._guards = guards

    def wanted(self, flight: Flight) -> bool:
        """Data that must stay in the EU is never talked out of it, and a task that was named stays named."""
        decision = flight.decision
        return bool(
            self._classifiers
            and decision.shortlist
            and decision.stage != "explicit"
            and decision.task != EU_REGULATED
            and decision.confidence < _SURE
        )

    async def refine(self, flight: Flight) -> tuple[Classification, str] | None:
        """A more confident opinion and whose it is; None when nobody has one."""
        decision = flight.decision
        # Evidence may quote the prompt as it was before it was sealed.
        evidence = () if self._guards else decision.evidence
        best = Classification(task=decision.task, confidence=decision.confidence, evidence=evidence)
        stage: str | None = None

        async def ask(request: Request) -> Answer:
            return await self._ask(flight, request)

        call = ClassifyCall(request=flight.request, input_tokens=decision.input_tokens, ask=ask)
        for classifier in self._classifiers:
            try:
                opinion = await classifier.refine(call, best)
            except TotalTimeout:
                raise
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the others decide
                _log.error("classifier %s raised %s", classifier.name, type(error).__name__)
                continue
            if opinion is not None and opinion.confidence > best.confidence:
                best, stage = opinion, classifier.name
        return None if stage is None else (best, stage)

    async def _ask(self, flight: Flight, request: Request) -> Answer:
        inner = replace(flight, request=self._guards.sealed(request), kept=(), misfits={})
        steps = in_turn(
            self._strategy.run(
                StrategyCall(shortlist=flight.decision.shortlist, retries=0, random=lambda: 0.0)
            )
        )
        failure: InterlockError | None = None
        outcome: Outcome | None = None
        while True:
            try:
                step = next(steps) if outcome is None else steps.send(outcome)
            except StopIteration:
                break
            try:
                step = replace(step, role="classifier", delay=0.0)
                return await self._attempts.complete(inner, step, Lane())
            except ProviderError as error:
                failure, outcome = error, Outcome(attempt=step, error=error)
        raise failure or InterlockError("nobody could be asked")
