"""Classify, exclude, rank: from a request to a decision, without a network and without waiting."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from interlock.classifiers.tokens import estimate_request_tokens
from interlock.constraints import is_inside, tighten
from interlock.engine.routes import EU_REGULATED, LONG_DOCUMENT, LOW_LATENCY, Order, Place, Routes
from interlock.engine.rulebook import Exclusion, Rulebook
from interlock.errors import RequestError
from interlock.health import HealthBook, Verdict
from interlock.http import redacting_logger
from interlock.protocols import Classifier, ClassifyCall, Constraint, ProviderFacts
from interlock.types.decisions import Candidate, Classification, Decision, Reason
from interlock.types.models import Deployment
from interlock.types.names import nearest
from interlock.types.request import Constraints, Request

# Failures are logged by type alone: a message or a trace may hold the prompt.
_log = redacting_logger("interlock.decide")
_UNSURE = Classification(task="conversational", confidence=0.0)
# Rules that say that a deployment cannot serve anybody now; every other rule is about this request.
_UNAVAILABLE = frozenset({"provider_installed", "credentials", "health"})


class Decider:
    """Pure but for the health that it reads: the same request and health give the same decision."""

    def __init__(
        self,
        *,
        routes: Routes,
        deployments: Mapping[str, Deployment],
        providers: Mapping[str, ProviderFacts],
        classifiers: Sequence[Classifier],
        constraints: Sequence[Constraint],
        defaults: Constraints,
        health: HealthBook,
        check_model: Callable[[str], None],
    ) -> None:
        self._routes = routes
        self._classifiers = classifiers
        self._rules = Rulebook(constraints, deployments, providers)
        self._defaults = defaults
        self._health = health
        self._check_model = check_model

    def decide(self, request: Request, opinion: tuple[Classification, str] | None = None) -> Decision:
        """The decision; its shortlist is empty when no deployment may serve the request.

        An `opinion` and whose it is take the place of classification.

        Raises:
            RequestError: `task` or `model` names nothing that is known.
        """
        tokens = estimate_request_tokens(request)
        classified, stage = opinion or self._classify(request, tokens)
        if request.model is not None:
            self._check_model(request.model)
        constraints = self.effective(request, classified.task)
        order = self._routes.order(self._rows(classified.task, constraints, tokens))
        shortlist, excluded, demoted = self._shortlist(request, constraints, tokens, order)
        return Decision(
            task=classified.task,
            confidence=classified.confidence,
            reason=_reason(request, order, shortlist, excluded, demoted),
            evidence=classified.evidence,
            stage=stage,
            shortlist=tuple(candidate for _, candidate in shortlist),
            excluded={name: exclusion.sentence for name, exclusion in excluded.items()},
            input_tokens=tokens,
        )

    def knows(self, task: str) -> bool:
        return task in self._routes.tasks

    def effective(self, request: Request, task: str) -> Constraints:
        """The request's constraints, the configuration's, and what the task itself demands."""
        constraints = tighten(self._defaults, request.constraints)
        if task == EU_REGULATED:
            constraints = tighten(constraints, Constraints(residency=frozenset({"eu"})))
        return constraints

    def recheck(self, request: Request, decision: Decision, deployment: Deployment) -> str | None:
        """The rule that forbids an attempt now, in words; None when it is allowed."""
        constraints = self.effective(request, decision.task)
        exclusion = self._rules.recheck(request, constraints, deployment, decision.input_tokens)
        return exclusion.sentence if exclusion else None

    def _classify(self, request: Request, tokens: int) -> tuple[Classification, str]:
        if request.task is not None:
            tasks = self._routes.tasks
            if request.task not in tasks:
                raise RequestError(
                    f"{request.task!r} is no task; there are {', '.join(tasks)}.",
                    key="task",
                    suggestion=nearest(request.task, tasks),
                )
            given = Classification(task=request.task, confidence=1.0, evidence=("named by the caller",))
            return given, "explicit"
        best, stage = _UNSURE, "default"
        call = ClassifyCall(request=request, input_tokens=tokens)
        for classifier in self._classifiers:
            try:
                opinion = classifier.classify(call)
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the others decide
                _log.error("classifier %s raised %s", classifier.name, type(error).__name__)
                continue
            if opinion is not None and (stage == "default" or opinion.confidence > best.confidence):
                if opinion.task not in self._routes.tasks:
                    _log.warning("classifier %s named %r, which is no task", classifier.name, opinion.task)
                    continue
                best, stage = opinion, classifier.name
        if self._routes.over_threshold(LONG_DOCUMENT, tokens - 1) and best.task != LONG_DOCUMENT:
            evidence = (f"about {tokens:,} tokens", *best.evidence)
            best = replace(best, task=LONG_DOCUMENT, confidence=1.0, evidence=evidence)
        return best, stage

    def _rows(self, task: str, constraints: Constraints, tokens: int) -> tuple[str, ...]:
        rows: list[str] = []
        if task == EU_REGULATED or (constraints.residency and is_inside(constraints.residency, "eu")):
            rows.append(EU_REGULATED)
        if task == LOW_LATENCY or constraints.low_latency:
            rows.append(LOW_LATENCY)
        if self._routes.over_threshold(task, tokens):
            rows.append(LONG_DOCUMENT)
        elif task not in rows:
            rows.append(task)
        return tuple(rows)

    def _shortlist(
        self, request: Request, constraints: Constraints, tokens: int, order: Order
    ) -> tuple[list[tuple[Place, Candidate]], dict[str, Exclusion], set[str]]:
        good: list[tuple[Place, Candidate]] = []
        late: list[tuple[Place, Candidate]] = []
        excluded: dict[str, Exclusion] = {}
        demoted: set[str] = set()
        judge = self._rules.judge(request, constraints, tokens)
        for place in order.places:
            deployment = place.deployment
            standing = self._health.standing(deployment.id)
            if standing.high_error_rate:
                demoted.add(deployment.id)
            exclusion = judge(deployment)
            if exclusion is None and standing.verdict is Verdict.EXCLUDED:
                exclusion = Exclusion("health", standing.sentence)
            if exclusion is not None:
                excluded[deployment.id] = exclusion
            elif standing.verdict is Verdict.DEMOTED:
                reasons = (*place.candidate.reasons, f"moved back: {standing.sentence}")
                late.append((place, replace(place.candidate, reasons=reasons)))
            else:
                good.append((place, place.candidate))
        return good + late, excluded, demoted


def _reason(
    request: Request,
    order: Order,
    shortlist: Sequence[tuple[Place, Candidate]],
    excluded: Mapping[str, Exclusion],
    demoted: set[str],
) -> Reason:
    if request.model is not None:
        return "explicit"
    if shortlist:
        first = shortlist[0][0]
        if first.row == order.row and first.rank == 0:
            return "demand" if order.demand else "primary_optimal"
    primaries = [place.deployment.id for place in order.places if place.row == order.row and place.rank == 0]
    if any(name in demoted for name in primaries):
        return "fallback_high_error_rate"
    if shortlist and order.demand and shortlist[0][0].row == order.row:
        return "demand"
    rules = [excluded[name].rule for name in primaries if name in excluded]
    if rules and not all(rule in _UNAVAILABLE for rule in rules):
        return "fallback_excluded"
    return "fallback_unavailable"
