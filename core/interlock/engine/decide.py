"""Classify, exclude, rank: from a request to a decision, without a network and without waiting."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from interlock.classifiers.tokens import estimate_request_tokens
from interlock.constraints import is_inside, needs, tighten
from interlock.engine.past import Past
from interlock.engine.routes import EU_REGULATED, LONG_DOCUMENT, LOW_LATENCY, Order, Place, Routes
from interlock.engine.rulebook import UNAVAILABLE, Exclusion, Rulebook
from interlock.engine.spreading import Rank, spread
from interlock.errors import RequestError
from interlock.health import HealthBook, Standing, Verdict
from interlock.health.allowances import Allowances
from interlock.health.load import Load
from interlock.http import redacting_logger
from interlock.protocols import Classifier, ClassifyCall, Constraint, ProviderFacts
from interlock.types.decisions import Candidate, Classification, Decision, Reason
from interlock.types.facts import Condition, Facts
from interlock.types.models import Deployment
from interlock.types.names import nearest
from interlock.types.request import Constraints, Request, Settings

# Failures are logged by type alone: a message or a trace may hold the prompt.
_log = redacting_logger("interlock.decide")
_PREFERRED = "moved to the front: the request prefers it"
_UNSURE = Classification(task="conversational", confidence=0.0)


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
        load: Load | None = None,
        allowances: Allowances | None = None,
    ) -> None:
        self._routes = routes
        self._classifiers = classifiers
        self._rules = Rulebook(constraints, deployments, providers)
        self._defaults = defaults
        self._health = health
        self._check_model = check_model
        self._load = load
        self._allowances = allowances

    def decide(self, request: Request, opinion: tuple[Classification, str] | None = None) -> Decision:
        """The decision; its shortlist is empty when no deployment may serve the request.

        An `opinion` and whose it is take the place of classification.

        Raises:
            RequestError: `task` or `model` names nothing that is known.
        """
        tokens = estimate_request_tokens(request)
        classified, stage = opinion or self._classify(request, tokens)
        return self._decided(request, classified, stage, tokens)

    def redecide(self, decision: Decision, facts: Facts, past: Past) -> Decision:
        """The decision that this configuration makes of a recorded one, whose prompt is gone.

        Classification stays as it was; health, keys, and rules that read prompts are those of `past`.

        Raises:
            RequestError: the task or the model that was asked for is not known here.
        """
        classified = Classification(
            task=self._known(decision.task),
            confidence=decision.confidence,
            evidence=decision.evidence,
            language=facts.language,
        )
        request = Request(
            "",
            task=facts.task,
            model=facts.model,
            prefer=facts.prefer,
            constraints=facts.constraints,
            settings=Settings(max_tokens=facts.max_tokens),
        )
        return self._decided(request, classified, decision.stage, decision.input_tokens, past)

    def _decided(
        self,
        request: Request,
        classified: Classification,
        stage: str,
        tokens: int,
        past: Past | None = None,
    ) -> Decision:
        if request.model is not None:
            self._check_model(request.model)
        task = classified.task
        constraints = self.effective(request, task)
        order = self._routes.order(self._rows(task, constraints, tokens))
        if past is None:
            wanted = needs(request)
            judge = self._rules.judge(request, constraints, tokens, wanted)
            standing: Callable[[str, str | None], Standing] = self._standing_for(tokens)
        else:
            wanted = past.needs
            judge = self._rules.judge_again(request, constraints, tokens, past)
            standing = past.standing
        rank = None if self._load is None else self._load.rank if past is None else past.rank
        shortlist, excluded, conditions, first = _shortlist(
            request, order, judge, lambda name: standing(name, task), rank
        )
        long = task == LONG_DOCUMENT and stage != "explicit"
        facts = Facts(
            task=request.task,
            model=request.model,
            prefer=request.prefer,
            constraints=request.constraints,
            needs=wanted,
            max_tokens=request.settings.max_tokens,
            language=classified.language,
            promoted=long and self._routes.over_threshold(LONG_DOCUMENT, tokens - 1),
            rules={name: exclusion.rule for name, exclusion in excluded.items()},
            conditions=conditions,
            first=first,
        )
        return Decision(
            task=classified.task,
            confidence=classified.confidence,
            reason=_reason(request, order, shortlist, excluded, conditions),
            evidence=classified.evidence,
            stage=stage,
            shortlist=tuple(candidate for _, candidate in shortlist),
            excluded={name: exclusion.sentence for name, exclusion in excluded.items()},
            input_tokens=tokens,
            facts=facts,
        )

    def _standing_for(self, tokens: int) -> Callable[[str, str | None], Standing]:
        """Deployments' standing for a request of so many tokens: what a vendor would refuse moves back."""
        allowances, standing = self._allowances, self._health.standing
        if allowances is None or not allowances.known:
            return standing

        def limited(name: str, task: str | None) -> Standing:
            healthy = standing(name, task)
            shortage = allowances.shortage(name, tokens) if healthy.verdict is Verdict.GOOD else None
            if shortage is None:
                return healthy
            return Standing(Verdict.DEMOTED, shortage, healthy.high_error_rate)

        return limited

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
            task = self._known(request.task)
            return Classification(task=task, confidence=1.0, evidence=("named by the caller",)), "explicit"
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

    def _known(self, task: str) -> str:
        tasks = self._routes.tasks
        if task in tasks:
            return task
        raise RequestError(
            f"{task!r} is no task; there are {', '.join(tasks)}.", key="task", suggestion=nearest(task, tasks)
        )

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
    request: Request,
    order: Order,
    judge: Callable[[Deployment], Exclusion | None],
    standing_of: Callable[[str], Standing],
    rank: Rank | None,
) -> tuple[list[tuple[Place, Candidate]], dict[str, Exclusion], dict[str, Condition], dict[str, str]]:
    """What may be used, what may not, the health of what was not simply good, what its load put first."""
    good: list[tuple[Place, Candidate]] = []
    late: list[tuple[Place, Candidate]] = []
    yielding: list[tuple[Place, str]] = []
    excluded: dict[str, Exclusion] = {}
    conditions: dict[str, Condition] = {}
    for place in order.places:
        deployment = place.deployment
        standing = standing_of(deployment.id)
        if standing.verdict is not Verdict.GOOD or standing.high_error_rate:
            conditions[deployment.id] = Condition(
                verdict=standing.verdict.value,
                sentence=standing.sentence,
                high_error_rate=standing.high_error_rate,
            )
        exclusion = judge(deployment)
        if exclusion is None and standing.verdict is Verdict.EXCLUDED:
            exclusion = Exclusion("health", standing.sentence)
        if exclusion is not None:
            excluded[deployment.id] = exclusion
        elif standing.verdict is Verdict.LAST_RESORT:
            yielding.append((place, standing.sentence))
        elif standing.verdict is Verdict.DEMOTED:
            reasons = (*place.candidate.reasons, f"moved back: {standing.sentence}")
            late.append((place, replace(place.candidate, reasons=reasons)))
        else:
            good.append((place, place.candidate))
    if yielding:
        late += _last_resort(yielding, excluded, needed=not good and not late)
    first: dict[str, str] = {}
    if rank is not None and order.twins:
        good, first = spread(good, order.twins, rank)
    return _preferred(good + late, request.prefer), excluded, conditions, first


def _last_resort(
    yielding: Sequence[tuple[Place, str]], excluded: dict[str, Exclusion], *, needed: bool
) -> list[tuple[Place, Candidate]]:
    """What fails is tried all the same when nothing else may serve; otherwise it joins the excluded."""
    if not needed:
        excluded.update((place.deployment.id, Exclusion("health", sentence)) for place, sentence in yielding)
        return []
    return [
        (
            place,
            replace(
                place.candidate,
                reasons=(*place.candidate.reasons, f"last resort, nothing else may serve: {sentence}"),
            ),
        )
        for place, sentence in yielding
    ]


def _preferred(shortlist: list[tuple[Place, Candidate]], name: str | None) -> list[tuple[Place, Candidate]]:
    """The shortlist with the deployment of that name first, if it is there: a preference adds nothing."""
    for index, (place, candidate) in enumerate(shortlist if name else ()):
        if candidate.deployment == name and index:
            moved = replace(candidate, reasons=(*candidate.reasons, _PREFERRED))
            return [(place, moved), *shortlist[:index], *shortlist[index + 1 :]]
    return shortlist


def _reason(
    request: Request,
    order: Order,
    shortlist: Sequence[tuple[Place, Candidate]],
    excluded: Mapping[str, Exclusion],
    conditions: Mapping[str, Condition],
) -> Reason:
    if request.model is not None or (shortlist and shortlist[0][1].reasons[-1] is _PREFERRED):
        return "explicit"
    if shortlist:
        first = shortlist[0][0]
        if first.row == order.row and first.rank == 0:
            return "demand" if order.demand else "primary_optimal"
    primaries = [place.deployment.id for place in order.places if place.row == order.row and place.rank == 0]
    if any(name in conditions and conditions[name].high_error_rate for name in primaries):
        return "fallback_high_error_rate"
    if shortlist and order.demand and shortlist[0][0].row == order.row:
        return "demand"
    rules = [excluded[name].rule for name in primaries if name in excluded]
    if rules and not all(rule in UNAVAILABLE for rule in rules):
        return "fallback_excluded"
    return "fallback_unavailable"
