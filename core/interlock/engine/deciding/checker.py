"""Asking the rules: about every deployment of a request, and once more before each attempt."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from interlock.constraints import needs
from interlock.engine.deciding.exclusions import Exclusion, Finding
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
from interlock.types.facts import Seal
from interlock.types.models import Deployment
from interlock.types.request import Constraints, Request

# Failures are logged by type alone: a message or a trace may hold the prompt.
_log = redacting_logger("interlock.decide")


class ConstraintChecker:
    """The rules of one router, in the order in which they are heard: the first sentence is the one told. One
    that excludes outweighs those that let a deployment have the request only sealed; without any guardrail
    that `seals`, these exclude as well.

    A rule that is fixed has been asked about each deployment once; one that is idle for a request is not
    asked about its deployments. An attempt is checked against all of them, from the beginning.
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
        self._numbered = tuple(enumerate(self._rules))
        self._providers = providers
        self._deployments = tuple(deployments.values())
        self._listed = frozenset(deployment.id for deployment in self._deployments)
        fixed = [isinstance(rule, SelectiveConstraint) and rule.fixed for rule in rules]
        self._varying = [
            (index, rule, rule.idle if isinstance(rule, SelectiveConstraint) else None)
            for index, rule in enumerate(rules)
            if not fixed[index]
        ]
        self._fixed: dict[str, tuple[int, Exclusion]] = {}
        self._fixed_seals: dict[str, tuple[int, Seal]] = {}
        nobody = Request("")
        for deployment in self._deployments:
            call = self._call(nobody, Constraints(), deployment, 0, wanted=None, meant=None)
            for index, rule in enumerate(rules):
                found = self._ask(rule, call) if fixed[index] else None
                if isinstance(found, Exclusion):
                    self._fixed[deployment.id] = (index, found)
                    break
                if found is not None:
                    self._fixed_seals.setdefault(deployment.id, (index, found))

    def judge(
        self,
        request: Request,
        constraints: Constraints,
        tokens: int,
        wanted: frozenset[str],
        meant: frozenset[str] | None = None,
    ) -> Callable[[Deployment], Finding | None]:
        """What says which rule excludes a deployment from this request, or lets it have it only sealed.

        `wanted` lists what the request needs, `meant` the ids that its `model` stands for. About what is not
        listed, every rule is asked.
        """
        survey = SurveyCall(
            request=request,
            constraints=constraints,
            input_tokens=tokens,
            needs=wanted,
            deployments=self._deployments,
        )
        awake = self._awake(survey)
        fixed, seals = self._fixed, self._fixed_seals
        last = len(self._rules)
        listed = self._listed

        def judge(deployment: Deployment) -> Finding | None:
            if deployment.id not in listed:
                return self._first(
                    self._call(request, constraints, deployment, tokens, wanted=wanted, meant=meant)
                )
            end, settled = fixed.get(deployment.id) or (last, None)
            sealed_at, seal = (seals.get(deployment.id) if seals else None) or (last, None)
            if awake and awake[0][0] < end:
                call = self._call(request, constraints, deployment, tokens, wanted=wanted, meant=meant)
                for index, found in self._findings(awake, call, end):
                    if isinstance(found, Exclusion):
                        return found
                    if index < sealed_at:
                        sealed_at, seal = index, found
            return settled or seal

        return judge

    def _awake(self, survey: SurveyCall) -> list[tuple[int, Constraint]]:
        """The rules to ask for a request; one that fails to say that it is idle is asked."""
        awake = []
        for index, rule, idle in self._varying:
            try:
                if idle is not None and idle(survey) is True:
                    continue
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything; asking is always safe
                _log.error("a constraint's idle raised %s", type(error).__name__)
            awake.append((index, rule))
        return awake

    def judge_again(
        self,
        request: Request,
        constraints: Constraints,
        tokens: int,
        replayed: ReplayState,
        meant: frozenset[str] | None = None,
    ) -> Callable[[Deployment], Finding | None]:
        """As `judge`, of a recorded request whose prompt is gone."""
        names = [rule.name for rule in self._rules]

        def judge(deployment: Deployment) -> Finding | None:
            call = self._call(request, constraints, deployment, tokens, wanted=replayed.needs, meant=meant)
            said = (
                replayed.verdict(rule, names[index + 1 :], deployment.id, partial(self._ask, rule, call))
                for index, rule in self._numbered
            )
            return _decisive(self._met(found) for found in said if found is not None)

        return judge

    def recheck(
        self,
        request: Request,
        constraints: Constraints,
        deployment: Deployment,
        tokens: int,
        meant: frozenset[str] | None = None,
    ) -> Finding | None:
        return self._first(
            self._call(request, constraints, deployment, tokens, wanted=needs(request), meant=meant)
        )

    def _first(self, call: ConstraintCall) -> Finding | None:
        return _decisive(found for _, found in self._findings(self._numbered, call, len(self._rules)))

    def _ask(self, rule: Constraint, call: ConstraintCall) -> Finding | None:
        return next((found for _, found in self._findings([(0, rule)], call, 1)), None)

    def _findings(
        self, rules: Iterable[tuple[int, Constraint]], call: ConstraintCall, end: int
    ) -> Iterator[tuple[int, Finding]]:
        """What the rules before the number `end` have to say, each by its number."""
        for index, rule in rules:
            if index >= end:
                return
            try:
                found = rule.check(call)
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the others decide
                _log.error("constraint %s raised %s", rule.name, type(error).__name__)
                found = f"the rule {rule.name} failed to run, and what cannot be checked is not allowed"
            if found is not None:
                yield index, self._met(_finding(rule, found))

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
    ) -> ConstraintCall:
        return ConstraintCall(
            request=request,
            constraints=constraints,
            deployment=deployment,
            provider=self._providers.get(deployment.provider),
            input_tokens=tokens,
            needs=wanted,
            meant=meant,
        )


def _finding(rule: Constraint, found: str | Sealed) -> Finding:
    if isinstance(found, Sealed):
        return Seal(rule=rule.name, sentence=str(found.reason) or f"the rule {rule.name} demands it")
    return Exclusion(rule.name, str(found) or f"the rule {rule.name} excludes it")


def _decisive(findings: Iterable[Finding]) -> Finding | None:
    """The first that excludes, else the first."""
    seal: Finding | None = None
    for found in findings:
        if isinstance(found, Exclusion):
            return found
        seal = seal or found
    return seal
