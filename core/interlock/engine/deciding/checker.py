"""Asking the rules: about every deployment of a request, and once more before each attempt."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

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


class ConstraintChecker:
    """The rules of one router, in the order in which they are heard: the first sentence is the one told. One
    that excludes outweighs those that let a deployment have the request only sealed; without any guardrail
    that `seals`, these exclude as well.

    A rule that is fixed has been asked about each deployment once; one that is idle for a request is not
    asked about its deployments. An attempt is checked against all of them, from the beginning, but for one
    that reserves: as an attempt begins, what it takes is set aside there, or it does not begin.
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
        self._rechecked = tuple(each for each in self._numbered if not getattr(each[1], "reserves", False))
        self._providers = providers
        self._deployments = tuple(deployments.values())
        fixed = [isinstance(rule, SelectiveConstraint) and rule.fixed for rule in rules]
        self._varying = [
            (index, rule, rule.idle if isinstance(rule, SelectiveConstraint) else None)
            for index, rule in enumerate(rules)
            if not fixed[index]
        ]
        unchanging = [(index, rule) for index, rule in self._numbered if fixed[index]]
        nobody = Request("")
        # What the fixed rules say of each deployment, and the number of the rule that says it.
        self._fixed: dict[str, tuple[int, Finding | None]] = {}
        for deployment in self._deployments:
            call = self._call(nobody, Constraints(), deployment, 0, wanted=None, meant=None)
            self._fixed[deployment.id] = self._first(unchanging, call)

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
    ) -> Callable[[Deployment], Finding | None]:
        """What says which rule excludes a deployment from this request, or lets it have it only sealed.

        `wanted` lists what the request needs, `meant` the ids that its `model` stands for, `task` what it is
        taken for. About what is not listed, every rule is asked.
        """
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
        fixed = self._fixed

        def called(deployment: Deployment) -> ConstraintCall:
            return self._call(
                request,
                constraints,
                deployment,
                tokens,
                wanted=wanted,
                meant=meant,
                sensed=sensed,
                task=task,
            )

        def judge(deployment: Deployment) -> Finding | None:
            settled = fixed.get(deployment.id)
            if settled is None:
                return self._first(self._numbered, called(deployment))[1]
            at, found = settled
            if not awake:  # as nearly always
                return found
            first, said = self._first(awake, called(deployment))
            excluded = isinstance(found, Exclusion)
            if excluded is isinstance(said, Exclusion):
                return said if first < at else found
            return found if excluded else said

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
        *,
        task: str | None = None,
        sensed: Sensed | None = None,
    ) -> Callable[[Deployment], Finding | None]:
        """As `judge`, of a recorded request whose prompt is gone."""
        names = [rule.name for rule in self._rules]

        def judge(deployment: Deployment) -> Finding | None:
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
            said = (
                (
                    index,
                    replayed.verdict(rule, names[index + 1 :], deployment.id, partial(self._ask, rule, call)),
                )
                for index, rule in self._numbered
            )
            first = _decisive((index, self._met(found)) for index, found in said if found is not None)
            return None if first is None else first[1]

        return judge

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
        wanted = needs(request)
        call = self._call(
            request, constraints, deployment, tokens, wanted=wanted, meant=meant, task=task, sensed=sensed
        )
        return self._first(self._rechecked, call)[1]

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
        rules = [each for each in self._numbered if each[1].name not in UNAVAILABLE]
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
        return self._first(rules, call)[1]

    def _first(
        self, rules: Iterable[tuple[int, Constraint]], call: ConstraintCall
    ) -> tuple[int, Finding | None]:
        """The first that excludes, else the first that says anything, by its number."""
        first: tuple[int, Finding | None] | None = None
        for index, rule in rules:
            try:
                said = rule.check(call)
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the others decide
                _log.error("constraint %s raised %s", rule.name, type(error).__name__)
                said = f"the rule {rule.name} failed to run, and what cannot be checked is not allowed"
            if said is None:
                continue
            found = self._met(_finding(rule, said))
            if isinstance(found, Exclusion):
                return index, found
            first = first or (index, found)
        return first or (len(self._rules), None)

    def _ask(self, rule: Constraint, call: ConstraintCall) -> Finding | None:
        return self._first([(0, rule)], call)[1]

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


def _decisive(findings: Iterable[tuple[int, Finding]]) -> tuple[int, Finding] | None:
    """The first that excludes, else the first, each by the number of its rule."""
    seal: tuple[int, Finding] | None = None
    for found in findings:
        if isinstance(found[1], Exclusion):
            return found
        seal = seal or found
    return seal
