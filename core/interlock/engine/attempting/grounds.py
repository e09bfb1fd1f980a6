"""On which ground a decision stands: the rules of policies by their ids, and how old what they compare is."""

from collections.abc import Mapping
from typing import Any

from interlock.engine.deciding.decide import Decider
from interlock.policies import NAME as POLICY
from interlock.types.decisions import Decision
from interlock.types.models import Deployment
from interlock.types.request import Request

# The rules that compare where a deployment processes, keeps, or whose it is.
_PLACED = frozenset({POLICY, "residency", "storage", "denied_laws"})
_NOTHING: Mapping[str, Any] = {}


class Grounds:
    """Says of each deployment that a decision excludes, or allows only sealed, on which ground it does.

    Attributes:
        policies: the digest of the policies; None without any.
    """

    def __init__(self, decider: Decider, deployments: Mapping[str, Deployment]) -> None:
        self._decider = decider
        self._deployments = deployments
        self._policies = decider.policies
        self.policies = None if self._policies is None else self._policies.digest
        self._known: dict[tuple[str, frozenset[str], str], dict[str, str | None]] = {}
        self._rows = {name: row for name, each in deployments.items() if (row := _row(each))}

    def of(self, request: Request, decision: Decision) -> Mapping[str, Any]:
        """Deployment id -> `rules`, the id of each rule of a policy that denies it to the date of its
        sources, None where nobody dated them; `offer` and `as_of`: what is known of its place, and since
        when.
        """
        told = decision.facts
        if told is None:
            return _NOTHING
        found = {name: rule for name, rule in told.rules.items() if rule in _PLACED}
        found |= {name: seal.rule for name, seal in told.seals.items() if name not in told.rules}
        if not found:
            return _NOTHING
        denied = self._denied([name for name, rule in found.items() if rule == POLICY], request, decision)
        grounds = {
            name: ({"rules": denied[name]} if denied.get(name) else {}) | self._rows.get(name, {})
            for name in found
        }
        return {name: ground for name, ground in grounds.items() if ground}

    def _denied(
        self, names: list[str], request: Request, decision: Decision
    ) -> Mapping[str, dict[str, str | None]]:
        policies = self._policies
        if policies is None or not names:
            return _NOTHING
        constraints = self._decider.effective(request, decision.task)
        levels = frozenset(decision.levels)
        found: dict[str, dict[str, str | None]] = {}
        for name in names:
            if (deployment := self._deployments.get(name)) is not None:
                key = (name, levels, policies.pin(deployment, levels, constraints))
                if (rules := self._known.get(key)) is None:
                    denials = policies.judge(deployment, levels, key[2]).denials
                    rules = {each.rule: policies.as_of(each.rule) for each in denials if each.rule}
                    self._known[key] = rules
                found[name] = rules
        return found


def _row(deployment: Deployment) -> dict[str, str]:
    handling = deployment.handling
    row = {"offer": handling.offer, "as_of": handling.as_of}
    return {name: value for name, value in row.items() if value}
