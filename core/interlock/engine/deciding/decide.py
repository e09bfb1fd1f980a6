"""Classify, exclude, rank: from a request to a decision, without a network and without waiting."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from interlock.catalog.names import Names
from interlock.classifiers.tokens import estimate_request_tokens
from interlock.constraints import needs, pin_for
from interlock.engine.deciding.checker import ConstraintChecker
from interlock.engine.deciding.exclusions import AllowedTreatment, Exclusion, treatment_of
from interlock.engine.deciding.ranking import reason_of, shortlisted
from interlock.engine.deciding.reordering import reordered
from interlock.engine.deciding.replay_state import ReplayState
from interlock.engine.deciding.routes import EU_REGULATED, LONG_DOCUMENT, LOW_LATENCY, Routes
from interlock.engine.guarding.sensing import Sensing
from interlock.errors import RequestError
from interlock.health import GOOD, Grade, HealthTracker, Standing
from interlock.health.allowances import Allowances
from interlock.health.load import Load
from interlock.logs import redacting_logger
from interlock.policies import NAME as POLICY
from interlock.policies import Denial, Permission, Permissions, Policies, PolicyConstraint, check_levels
from interlock.protocols import Classifier, ClassifyCall, Constraint, ProviderFacts
from interlock.types.decisions import Candidate, Classification, Decision
from interlock.types.facts import Facts
from interlock.types.jurisdictions import is_inside
from interlock.types.members import Ensemble
from interlock.types.models import Deployment
from interlock.types.names import nearest
from interlock.types.request import FREE, Constraints, Request, Settings
from interlock.types.sensed import Sensed

# Failures are logged by type alone: a message or a trace may hold the prompt.
_log = redacting_logger("interlock.decide")
_PINNED = "its vendor is told to keep the request in {}"
_NOBODY: frozenset[str] = frozenset()
_NO_LEVELS: Mapping[str, str] = {}
_UNSURE = Classification(task="conversational", confidence=0.0)


def _pinned(candidate: Candidate, pin: str) -> Candidate:
    """The candidate, which says where its vendor is told to keep the request, if it has to be."""
    if not pin:
        return candidate
    return replace(candidate, reasons=(*candidate.reasons, _PINNED.format(pin)))


def _taken(names: Iterable[str]) -> None:
    """Nobody knows better."""


class Decider:
    """Pure but for the health that it reads: the same request and health give the same decision.

    `reorders` is the digest of what a reranker has learned, by which recorded decisions are made again.
    """

    def __init__(
        self,
        *,
        routes: Routes,
        deployments: Mapping[str, Deployment],
        providers: Mapping[str, ProviderFacts],
        classifiers: Sequence[Classifier],
        constraints: Sequence[Constraint],
        defaults: Constraints,
        demands: frozenset[str] = _NOBODY,
        health: HealthTracker,
        names: Names,
        check_vendors: Callable[[Iterable[str]], None] = _taken,
        load: Load | None = None,
        allowances: Allowances | None = None,
        policies: Policies | None = None,
        sensing: Sensing | None = None,
        reorders: str = "",
    ) -> None:
        self.routes = routes
        self._deployments = deployments
        self._classifiers = classifiers
        # What a policy denies comes first: a key helps nobody where nothing may be sent.
        rules = constraints if policies is None else [PolicyConstraint(policies), *constraints]
        self._rules = ConstraintChecker(rules, deployments, providers, seals=routes.seals)
        self.policies = policies
        self.sensing = sensing
        self.names = names
        self._defaults = defaults
        self._restricts = not defaults.is_free
        self._demands = demands
        self._health = health
        self._check_vendors = check_vendors
        self._load = load
        self._allowances = allowances
        self._reorders = reorders

    def decide(
        self,
        request: Request,
        opinion: tuple[Classification, str] | None = None,
        sensed: Sensed | None = None,
    ) -> Decision:
        """The decision; its shortlist is empty when no deployment may serve the request.

        An `opinion` and whose it is take the place of classification, `sensed` that of asking guardrails.

        Raises:
            RequestError: `task`, `model`, a denied vendor or a level names nothing that is known, or `model`
                what lacks its vendor's key.
        """
        tokens = estimate_request_tokens(request)
        classified, stage = opinion or self._classify(request, tokens)
        if sensed is None and self.sensing is not None:
            sensed = self.sensing.look(request)
        return self._decided(request, classified, stage, tokens, sensed=sensed)

    def redecide(self, decision: Decision, facts: Facts, replayed: ReplayState) -> Decision:
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
            demands=facts.demands,
            settings=Settings(max_tokens=facts.max_tokens),
        )
        sensed = facts.sensed
        if sensed is None and self.sensing is not None:
            replayed.unchecked.add(POLICY)  # nobody had looked into the prompt, which is gone
        again = self._decided(
            request, classified, decision.stage, decision.input_tokens, replayed, sensed=sensed
        )
        change = facts.reordering
        if (
            change is None
            or change.digest != self._reorders
            or self.leading_rows(request, again) != (again.task,)
        ):
            return again
        return reordered(again, self.routes.ranks(again.task), self.routes.row(again.task), change)

    def leading_rows(self, request: Request, decision: Decision) -> tuple[str, ...]:
        """The rows that a decision's shortlist follows, those of demands first."""
        task = decision.task
        return self._rows(task, self.effective(request, task), request.demands, decision.input_tokens)

    def _decided(
        self,
        request: Request,
        classified: Classification,
        stage: str,
        tokens: int,
        replayed: ReplayState | None = None,
        *,
        sensed: Sensed | None,
    ) -> Decision:
        meant, unlisted = self._meant(request, keyless=replayed is not None)
        if request.constraints.deny_vendors and replayed is None:
            self._check_vendors(request.constraints.deny_vendors)
        if request.constraints.sensitivity:
            check_levels(self.policies, request.constraints)
        task = classified.task
        constraints = self.effective(request, task)
        levels = _NO_LEVELS
        if self.policies is not None:
            levels = self.policies.levels_of(constraints.sensitivity, sensed)
        order = self.routes.order(self._rows(task, constraints, request.demands, tokens))
        requested: tuple[Deployment, ...] = () if unlisted is None else (unlisted,)
        if request.ensemble is not None and not isinstance(request.ensemble, str):
            requested += self._unlisted(request.ensemble)
        if requested:
            order = replace(order, places=(*order.places, *map(self.routes.requested, requested)))
        if replayed is None:
            wanted = needs(request)
            findings = self._rules.judge(
                request, constraints, tokens, wanted, meant, task=task, sensed=sensed, unlisted=requested
            )
            standings = self._standings(task, tokens)
        else:
            wanted = replayed.needs
            findings = self._rules.judge_again(
                request, constraints, tokens, replayed, meant, task=task, sensed=sensed, unlisted=requested
            )
            standings = replayed.standings
        rank = None if self._load is None else self._load.rank if replayed is None else replayed.rank
        ranked = shortlisted(order, findings, standings, rank, preferred=self._preferred(request))
        long = task == LONG_DOCUMENT and stage != "explicit"
        facts = Facts(
            task=request.task,
            model=request.model,
            prefer=request.prefer,
            constraints=request.constraints,
            demands=request.demands,
            needs=wanted,
            max_tokens=request.settings.max_tokens,
            language=classified.language,
            promoted=long and self.routes.over_threshold(LONG_DOCUMENT, tokens - 1),
            rules={name: exclusion.rule for name, exclusion in ranked.excluded.items()},
            conditions=ranked.conditions,
            seals=ranked.seals,
            first=ranked.first,
            sensed=sensed,
        )
        return Decision(
            task=classified.task,
            confidence=classified.confidence,
            reason=reason_of(request, order, ranked),
            evidence=classified.evidence,
            stage=stage,
            shortlist=tuple(
                [
                    _pinned(candidate, self.pin(place.deployment, constraints, sensed))
                    for place, candidate in ranked.shortlist
                ]
                if constraints.residency or constraints.deny_laws or levels
                else [candidate for _, candidate in ranked.shortlist]
            ),
            excluded={name: exclusion.sentence for name, exclusion in ranked.excluded.items()},
            input_tokens=tokens,
            facts=facts,
            levels=levels,
        )

    def _meant(self, request: Request, *, keyless: bool) -> tuple[frozenset[str] | None, Deployment | None]:
        """What `model=` means, and the deployment among it that is not listed."""
        if request.model is None:
            return None, None
        return self.names.asked(request.model, keyless=keyless)

    def _unlisted(self, ensemble: Ensemble) -> tuple[Deployment, ...]:
        """Those that the members and judges of a request's own ensemble mean, and nobody has listed."""
        names = dict.fromkeys((*(each.model for each in ensemble.members), *ensemble.arbiter))
        found = (self.names.asked(name)[1] for name in names)
        return tuple({each.id: each for each in found if each is not None}.values())

    def _preferred(self, request: Request) -> frozenset[str]:
        if request.prefer is None:
            return _NOBODY
        return self.names.listed(request.prefer) or frozenset([request.prefer])

    def _standings(self, task: str, tokens: int) -> Mapping[str, Standing]:
        """What is held against deployments, for a request of so many tokens: what a vendor would refuse moves
        back.
        """
        standings = self._health.standings(task)
        if self._allowances is not None and self._allowances.known:
            for name, shortage in self._allowances.shortages(tokens):
                healthy = standings.get(name, GOOD)
                if healthy.grade is Grade.GOOD:
                    standings[name] = Standing(Grade.DEMOTED, shortage, healthy.high_error_rate)
        return standings

    @property
    def seals(self) -> bool:
        """Whether some guardrail rewrites requests."""
        return self.routes.seals

    def knows(self, task: str) -> bool:
        return task in self.routes.tasks

    def effective(self, request: Request, task: str) -> Constraints:
        """The request's constraints, the configuration's, and what the task itself demands."""
        constraints = request.constraints
        if self._restricts or (constraints is not FREE and constraints != FREE):
            constraints = self._defaults.tightened(constraints)
        if task == EU_REGULATED:
            constraints = constraints.tightened(Constraints(residency=frozenset({"eu"})))
        return constraints

    def kept(self, request: Request) -> Constraints:
        """What a call must keep to, whatever becomes of its request, in a copy that no plugin is given.

        Frozen objects can be written to by whoever insists, and plugins are handed the request.
        """
        constraints = self.effective(request, request.task or "")
        if constraints is not request.constraints or constraints is FREE:
            return constraints
        return replace(constraints)

    def bound(self, request: Request, kept: Constraints, decision: Decision) -> Constraints:
        """What an attempt must keep to now."""
        constraints = self.effective(request, decision.task)
        return constraints if constraints is kept or constraints == kept else kept.tightened(constraints)

    def bound_at(self, bound: Constraints, deployment: Deployment, sensed: Sensed | None) -> Constraints:
        """What an answer from there is held against: what its request is `bound` to, and policies."""
        if self.policies is None:
            return bound
        levels = self.policies.names(bound.sensitivity, sensed)
        return self.policies.bounds(deployment, levels, self.pin(deployment, bound, sensed), bound)

    def pin(self, deployment: Deployment, bound: Constraints, sensed: Sensed | None) -> str:
        """Where a vendor is told to keep a request that is `bound` so; empty where it need not be told."""
        if self.policies is None or not deployment.pins:
            return pin_for(deployment, bound)
        return self.policies.pin(deployment, self.policies.names(bound.sensitivity, sensed), bound)

    def recheck(
        self,
        request: Request,
        bound: Constraints,
        decision: Decision,
        deployment: Deployment,
        sensed: Sensed | None = None,
    ) -> Exclusion | AllowedTreatment:
        """The rule that forbids an attempt that is `bound` so; else how the request may go: as it is where
        that was decided, and the configuration and every rule still allow it.
        """
        meant, _ = self._meant(request, keyless=True)
        found = self._rules.recheck(
            request, bound, deployment, decision.input_tokens, meant, task=decision.task, sensed=sensed
        )
        if isinstance(found, Exclusion):
            return found
        seal = found if decision.facts is None else found or decision.facts.seals.get(deployment.id)
        if seal is not None or decision.treatment(deployment.id) == "sealed":
            return AllowedTreatment("sealed", seal)
        return AllowedTreatment(treatment_of(deployment, seals=self.routes.seals))

    def permissions(self, request: Request) -> Permissions:
        """What each deployment may have of a request; missing keys and plugins and ill health change nothing.

        Raises:
            RequestError: as `decide` does.
        """
        decision = self.decide(request)
        constraints, levels = self.effective(request, decision.task), frozenset(decision.levels)
        meant, _ = self._meant(request, keyless=True)
        sensed = None if decision.facts is None else decision.facts.sensed
        found: dict[str, Permission] = {}
        for name, deployment in self._deployments.items():
            said = self._rules.lasting(request, constraints, deployment, decision, meant, sensed=sensed)
            denials: tuple[Denial, ...] = ()
            if self.policies is not None:
                pin = self.policies.pin(deployment, levels, constraints)
                denials = self.policies.judge(deployment, levels, pin).denials
            found[name] = Permission(
                verdict="allowed" if said is None else "denied" if isinstance(said, Exclusion) else "sealed",
                why="" if said is None else said.sentence,
                rules=frozenset(each.rule for each in denials if each.rule),
            )
        return Permissions(task=decision.task, levels=decision.levels, deployments=found)

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
                if opinion.task not in self.routes.tasks:
                    _log.warning("classifier %s named %r, which is no task", classifier.name, opinion.task)
                    continue
                best, stage = opinion, classifier.name
        if self.routes.over_threshold(LONG_DOCUMENT, tokens - 1) and best.task != LONG_DOCUMENT:
            evidence = (f"about {tokens:,} tokens", *best.evidence)
            best = replace(best, task=LONG_DOCUMENT, confidence=1.0, evidence=evidence)
        return best, stage

    def _known(self, task: str) -> str:
        tasks = self.routes.tasks
        if task in tasks:
            return task
        raise RequestError(
            f"{task!r} is no task; there are {', '.join(tasks)}.", key="task", suggestion=nearest(task, tasks)
        )

    def _rows(
        self, task: str, constraints: Constraints, demands: frozenset[str], tokens: int
    ) -> tuple[str, ...]:
        rows: list[str] = []
        if task == EU_REGULATED or (constraints.residency and is_inside(constraints.residency, "eu")):
            rows.append(EU_REGULATED)
        if task == LOW_LATENCY or LOW_LATENCY in demands or LOW_LATENCY in self._demands:
            rows.append(LOW_LATENCY)
        if self.routes.over_threshold(task, tokens):
            rows.append(LONG_DOCUMENT)
        elif task not in rows:
            rows.append(task)
        return tuple(rows)
