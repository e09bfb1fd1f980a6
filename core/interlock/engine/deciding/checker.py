"""Asking the rules: about every deployment of a request, and once more before each attempt."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from interlock.constraints import needs
from interlock.engine.deciding.exclusions import Exclusion
from interlock.engine.deciding.replay_state import ReplayState
from interlock.logs import redacting_logger
from interlock.protocols import Constraint, ConstraintCall, ProviderFacts, SelectiveConstraint, SurveyCall
from interlock.types.models import Deployment
from interlock.types.request import Constraints, Request

# Failures are logged by type alone: a message or a trace may hold the prompt.
_log = redacting_logger("interlock.decide")


class ConstraintChecker:
    """The rules of one router, in the order in which they are heard: the first sentence is the one told.

    A rule that is fixed has been asked about each deployment once; one that is idle for a request is not
    asked about its deployments. An attempt is checked against all of them, from the beginning.
    """

    def __init__(
        self,
        rules: Sequence[Constraint],
        deployments: Mapping[str, Deployment],
        providers: Mapping[str, ProviderFacts],
    ) -> None:
        self._rules = tuple(rules)
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
        nobody = Request("")
        for deployment in self._deployments:
            call = self._call(nobody, Constraints(), deployment, 0, wanted=None, meant=None)
            for index, rule in enumerate(rules):
                if fixed[index] and (found := _ask(rule, call)):
                    self._fixed[deployment.id] = (index, found)
                    break

    def judge(
        self,
        request: Request,
        constraints: Constraints,
        tokens: int,
        wanted: frozenset[str],
        meant: frozenset[str] | None = None,
    ) -> Callable[[Deployment], Exclusion | None]:
        """What says which rule excludes a deployment from this request, which `wanted` lists the needs of.
        `meant` are the ids that its `model` stands for. About what is not listed, every rule is asked.
        """
        survey = SurveyCall(
            request=request,
            constraints=constraints,
            input_tokens=tokens,
            needs=wanted,
            deployments=self._deployments,
        )
        awake = self._awake(survey)
        fixed = self._fixed
        last = len(self._rules)
        listed = self._listed

        def judge(deployment: Deployment) -> Exclusion | None:
            if deployment.id not in listed:
                return self._first(
                    self._call(request, constraints, deployment, tokens, wanted=wanted, meant=meant)
                )
            end, settled = fixed.get(deployment.id) or (last, None)
            if awake and awake[0][0] < end:
                call = self._call(request, constraints, deployment, tokens, wanted=wanted, meant=meant)
                for index, rule in awake:
                    if index > end:
                        break
                    if found := _ask(rule, call):
                        return found
            return settled

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
    ) -> Callable[[Deployment], Exclusion | None]:
        """As `judge`, of a recorded request whose prompt is gone."""
        names = [rule.name for rule in self._rules]

        def judge(deployment: Deployment) -> Exclusion | None:
            call = self._call(request, constraints, deployment, tokens, wanted=replayed.needs, meant=meant)
            for index, rule in enumerate(self._rules):
                if found := replayed.verdict(
                    rule, names[index + 1 :], deployment.id, partial(_ask, rule, call)
                ):
                    return found
            return None

        return judge

    def recheck(
        self,
        request: Request,
        constraints: Constraints,
        deployment: Deployment,
        tokens: int,
        meant: frozenset[str] | None = None,
    ) -> Exclusion | None:
        return self._first(
            self._call(request, constraints, deployment, tokens, wanted=needs(request), meant=meant)
        )

    def _first(self, call: ConstraintCall) -> Exclusion | None:
        for rule in self._rules:
            if found := _ask(rule, call):
                return found
        return None

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


def _ask(rule: Constraint, call: ConstraintCall) -> Exclusion | None:
    try:
        sentence = rule.check(call)
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the others decide
        _log.error("constraint %s raised %s", rule.name, type(error).__name__)
        sentence = f"the rule {rule.name} failed to run, and what cannot be checked is not allowed"
    if sentence is None:
        return None
    return Exclusion(rule.name, str(sentence) or f"the rule {rule.name} excludes it")
