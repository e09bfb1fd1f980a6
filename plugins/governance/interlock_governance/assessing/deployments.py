"""Which deployments of a router meet what assessments require, by the rules that the policy will have."""

from collections.abc import Iterable, Mapping
from typing import Final

from interlock import Router
from interlock.errors import RequestError
from interlock.policies import Permission, Policies
from interlock.types.names import nearest
from interlock.types.request import Constraints
from interlock_governance.assessing.assessment import Assessment, Serving
from interlock_governance.assessing.requirement import LEVELS, Requirement, loaded, permit_any
from interlock_governance.use_cases import UseCase

_PERSONAL: Final = "personal"
_AGREEMENTS: Final = frozenset({"dpa", "scc", "baa", "zdr"})
_NOBODY_ASKED: Final = Constraints()


class Deployments:
    """Asks once for all assessments that come to the same.

    Raises:
        RequestError: a requirement names an agreement that is misspelt, as far as the router's deployments
            tell.
        ConfigError: a requirement is no rule.
    """

    def __init__(self, router: Router, found: Iterable[Assessment]) -> None:
        self._router = router
        groups = dict.fromkeys(tuple(rule.id for rule in each.rules) for each in found)
        self._levels = {ids: f"group-{at}" for at, ids in enumerate(groups)}
        self._by_id = {rule.id: rule for each in found for rule in each.rules}
        check_agreements(self._by_id.values(), router)
        self._policies = self._load()
        self._known: dict[tuple[str, frozenset[str]], Mapping[str, Serving]] = {}

    def of(self, made: Assessment) -> Mapping[str, Serving]:
        """What each deployment may have, sealed where the configuration's own rules want that."""
        level = self._levels[tuple(rule.id for rule in made.rules)]
        own = own_levels(self._router, made.use_case)
        if (level, own) not in self._known:
            asked = {"sensitivity": own}
            before = self._router.permissions("", constraints=asked)
            self._known[level, own] = {
                name: self._judged(name, frozenset({level}), each)
                for name, each in before.deployments.items()
            }
        return self._known[level, own]

    def _judged(self, name: str, levels: frozenset[str], before: Permission) -> Serving:
        deployment = self._router.deployments[name]
        pinned = self._policies.pin(deployment, levels, _NOBODY_ASKED)
        found = self._policies.judge(deployment, levels, pinned)
        if not found.denials:
            return Serving(verdict=before.verdict, why=before.why, configured=before.why)
        return Serving(
            verdict="denied",
            why="; and ".join(filter(None, (found.sentence, before.why))),
            unmet=frozenset(each.rule for each in found.denials),
            configured=before.why,
        )

    def _load(self) -> Policies:
        levels = list(self._levels.values())
        others = levels_before(self._router)
        if not levels:
            return loaded([permit_any(["none"])], ["none"], others)
        rules = [
            rule.plain([level for ids, level in self._levels.items() if rule.id in ids])
            for rule in self._by_id.values()
        ]
        return loaded([*rules, permit_any(levels)], levels, others)


def levels_before(router: Router | None) -> tuple[str, ...]:
    """The levels that the configuration has, or would have if it had policies."""
    return LEVELS if router is None or router.policies is None else router.policies.levels


def own_levels(router: Router, case: UseCase) -> frozenset[str]:
    """The levels of the router's own policies that the use case's requests have: those that its row names;
    where it names none, `personal` if that is open to anything; else the default.
    """
    policies = router.policies
    if policies is None:
        return frozenset()
    known = frozenset(case.sensitivity or ()).intersection(policies.levels)
    if case.sensitivity is None and _PERSONAL in policies.levels and policies.is_open(_PERSONAL):
        known = frozenset({_PERSONAL})
    return known or (frozenset() if policies.default is None else frozenset({policies.default}))


def check_agreements(rules: Iterable[Requirement], router: Router) -> None:
    """Raises RequestError for an agreement that resembles one that deployments have; the policies of the
    router's configuration would refuse it.
    """
    known = _AGREEMENTS.union(*(each.handling.agreements for each in router.deployments.values()))
    for rule in rules:
        for name in rule.rule.permit.get("agreements", ()):
            if name not in known and (near := nearest(name, sorted(known))):
                what = f"asks for the agreement {name!r}, which no deployment has ({rule.because[0]})."
                raise RequestError(what, key=rule.id, suggestion=near)
