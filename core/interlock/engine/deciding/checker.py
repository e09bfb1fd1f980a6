"""Asking the rules: about every deployment of a request, and once more before each attempt."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, partial

from interlock.constraints import needs
from interlock.engine.deciding.exclusions import UNAVAILABLE, Exclusion, Finding
from interlock.engine.deciding.replay_state import ReplayState
from interlock.logs import redacting_logger
from interlock.protocols import (
    Constraint,
    ConstraintCall,
    ProviderFacts,
    Sealed,
    SelectiveConstraint,
    SurveyCall,
)
from interlock.types.decisions import Decision
from interlock.types.facts import Seal
from interlock.types.models import Deployment
from interlock.types.request import Constraints, Request
from interlock.types.sensed import Sensed

# Failures are logged by type alone: a message or a trace may hold the prompt.
_log = redacting_logger("interlock.decide")
# Of how many deployments it is kept what rules say by which terms, and of how many terms at the least.
_MOST = 20_000
_FEWEST = 16


class ConstraintChecker:
    """The rules of one router, in the order in which they are heard: the first sentence is the one told. One
    that excludes outweighs those that let a deployment have the request only sealed; without any guardrail
    that `seals`, these exclude as well.

    A rule that is fixed, or goes by a request's terms, is asked about each deployment once for all requests
    of the same terms; of the others, one that is idle for a request is not asked about its deployments. An
    attempt is checked against all of them, by the terms as they stand then, but for one that reserves: as an
    attempt begins, what it takes is set aside there, or it does not begin.
    """

    def __init__(
        self,
        rules: Sequence[Constraint],
        deployments: Mapping[str, Deployment],
        providers: Mapping[str, ProviderFacts],
        *,
        seals: bool = False,
    ) -> None:
        self._seals = seals
        self._rules = tuple(rules)
        self._order = {rule.name: index for index, rule in enumerate(self._rules)}
        self._providers = providers
        self._deployments = tuple(deployments.values())
        self._listed = {deployment.id: deployment for deployment in self._deployments}
        self._steady = tuple(rule for rule in self._rules if _is_steady(rule))
        varying = [rule for rule in self._rules if not _is_steady(rule)]
        self._varying = [
            (rule, rule.idle if isinstance(rule, SelectiveConstraint) else None) for rule in varying
        ]
        self._rechecked = [rule for rule in varying if not _reserves(rule)]
        self._rechecked_unlisted = [rule for rule in self._rules if not _reserves(rule)]
        # What is said of each deployment by rules that go by no more than terms, looked up by these as they
        # are, not by who they are: those that somebody has written to are others.
        self._settled = lru_cache(maxsize=max(_FEWEST, _MOST // max(1, len(self._deployments))))(self._settle)

    def judge(
        self,
        request: Request,
        constraints: Constraints,
        tokens: int,
        wanted: frozenset[str],
        meant: frozenset[str] | None = None,
        *,
        task: str | None = None,
        sensed: Sensed | None = None,
        unlisted: Sequence[Deployment] = (),
    ) -> Mapping[str, Finding]:
        """Which rule excludes a deployment from this request, or lets it have it only sealed, by the
        deployment's id; those of which no rule says anything are not there.

        `wanted` lists what the request needs, `meant` the ids that its `model` stands for, `task` what it is
        taken for. About those that are `unlisted`, every rule is asked.
        """
        settled = self._settled(constraints, wanted, request.model, meant)
        survey = SurveyCall(
            request=request,
            constraints=constraints,
            input_tokens=tokens,
            needs=wanted,
            deployments=self._deployments,
            sensed=sensed,
            task=task,
        )
        awake = self._awake(survey)
        if not awake and not unlisted:  # as nearly always
            return settled
        found = dict(settled)
        asked = [(each, awake) for each in self._deployments] if awake else []
        for deployment, rules in (*asked, *((each, self._rules) for each in unlisted)):
            call = self._call(
                request,
                constraints,
                deployment,
                tokens,
                wanted=wanted,
                meant=meant,
                sensed=sensed,
                task=task,
            )
            said = self._decisive(settled.get(deployment.id), self._first(rules, call))
            if said is not None:
                found[deployment.id] = said
        return found

    def _settle(
        self,
        constraints: Constraints,
        wanted: frozenset[str] | None,
        model: str | None,
        meant: frozenset[str] | None,
    ) -> Mapping[str, Finding]:
        """What the rules say of each deployment that need to know no more of a request than these terms."""
        nobody = Request("", model=model)
        found: dict[str, Finding] = {}
        for deployment in self._deployments:
            call = self._call(nobody, constraints, deployment, 0, wanted=wanted, meant=meant)
            said = self._first(self._steady, call)
            if said is not None:
                found[deployment.id] = said
        return found

    def _awake(self, survey: SurveyCall) -> list[Constraint]:
        """The rules to ask for a request; one that fails to say that it is idle is asked."""
        awake: list[Constraint] = []
        for rule, idle in self._varying:
            try:
                if idle is not None and idle(survey) is True:
                    continue
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything; asking is always safe
                _log.error("a constraint's idle raised %s", type(error).__name__)
            awake.append(rule)
        return awake

    def judge_again(
        self,
        request: Request,
        constraints: Constraints,
        tokens: int,
        replayed: ReplayState,
        meant: frozenset[str] | None = None,
        *,
        task: str | None = None,
        sensed: Sensed | None = None,
        unlisted: Sequence[Deployment] = (),
    ) -> Mapping[str, Finding]:
        """As `judge`, of a recorded request whose prompt is gone."""
        names = [rule.name for rule in self._rules]
        decisive: dict[str, Finding] = {}
        for deployment in (*self._deployments, *unlisted):
            call = self._call(
                request,
                constraints,
                deployment,
                tokens,
                wanted=replayed.needs,
                meant=meant,
                task=task,
                sensed=sensed,
            )
            for index, rule in enumerate(self._rules):
                later, ask = names[index + 1 :], partial(self._first, [rule], call)
                found = replayed.verdict(rule, later, deployment.id, ask)
                if found is None:
                    continue
                found = self._met(found)
                decisive.setdefault(deployment.id, found)
                if isinstance(found, Exclusion):
                    decisive[deployment.id] = found
                    break
        return decisive

    def recheck(
        self,
        request: Request,
        constraints: Constraints,
        deployment: Deployment,
        tokens: int,
        meant: frozenset[str] | None = None,
        *,
        task: str | None = None,
        sensed: Sensed | None = None,
    ) -> Finding | None:
        """The rule that excludes a deployment from an attempt now, or lets it have it only sealed."""
        wanted = needs(request)
        call = self._call(
            request, constraints, deployment, tokens, wanted=wanted, meant=meant, task=task, sensed=sensed
        )
        if self._listed.get(deployment.id) is not deployment:
            return self._first(self._rechecked_unlisted, call)
        settled = self._settled(constraints, wanted, request.model, meant).get(deployment.id)
        return self._decisive(settled, self._first(self._rechecked, call))

    def lasting(
        self,
        request: Request,
        constraints: Constraints,
        deployment: Deployment,
        decision: Decision,
        meant: frozenset[str] | None,
        *,
        sensed: Sensed | None,
    ) -> Finding | None:
        """As `recheck` of what was decided, whether or not the deployment could serve anybody now."""
        rules = [each for each in self._rules if each.name not in UNAVAILABLE]
        call = self._call(
            request,
            constraints,
            deployment,
            decision.input_tokens,
            wanted=needs(request),
            meant=meant,
            task=decision.task,
            sensed=sensed,
        )
        return self._first(rules, call)

    def _first(self, rules: Iterable[Constraint], call: ConstraintCall) -> Finding | None:
        """The first that excludes, else the first that says anything."""
        first: Finding | None = None
        for rule in rules:
            try:
                said = rule.check(call)
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the others decide
                _log.error("constraint %s raised %s", rule.name, type(error).__name__)
                said = f"the rule {rule.name} failed to run, and what cannot be checked is not allowed"
            if said is None:
                continue
            found = self._met(_finding(rule, said))
            if isinstance(found, Exclusion):
                return found
            first = first or found
        return first

    def _decisive(self, one: Finding | None, other: Finding | None) -> Finding | None:
        """Of what different rules say, what counts: what excludes, else what is heard first."""
        if one is None or other is None:
            return one or other
        if isinstance(one, Exclusion) is isinstance(other, Exclusion):
            return one if self._order[one.rule] < self._order[other.rule] else other
        return one if isinstance(one, Exclusion) else other

    def _met(self, found: Finding) -> Finding:
        """Nothing is sealed where nobody seals."""
        if self._seals or not isinstance(found, Seal):
            return found
        return Exclusion(found.rule, f"only sealed, and no guardrail seals here: {found.sentence}")

    def _call(
        self,
        request: Request,
        constraints: Constraints,
        deployment: Deployment,
        tokens: int,
        *,
        wanted: frozenset[str] | None,
        meant: frozenset[str] | None,
        task: str | None = None,
        sensed: Sensed | None = None,
    ) -> ConstraintCall:
        return ConstraintCall(
            request=request,
            constraints=constraints,
            deployment=deployment,
            provider=self._providers.get(deployment.provider),
            input_tokens=tokens,
            needs=wanted,
            meant=meant,
            sensed=sensed,
            task=task,
        )


def _finding(rule: Constraint, found: str | Sealed) -> Finding:
    if isinstance(found, Sealed):
        return Seal(rule=rule.name, sentence=str(found.reason) or f"the rule {rule.name} demands it")
    return Exclusion(rule.name, str(found) or f"the rule {rule.name} excludes it")


def _is_steady(rule: Constraint) -> bool:
    """Whether what it says follows from a deployment and a request's terms."""
    return isinstance(rule, SelectiveConstraint) and (rule.fixed or getattr(rule, "by_terms", False))


def _reserves(rule: Constraint) -> bool:
    return getattr(rule, "reserves", False)
