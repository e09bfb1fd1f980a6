"""Requirement: a rule as an answer has filled it in; and such rules as policies read them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from interlock import Router
from interlock.policies import Policies
from interlock_governance.assessing.question import VALUE, DeploymentRule

PREFIX: Final = "assess-"
"""Begins the ids of rules that an assessment leads to, so that they are nobody else's."""
ANY_RULE: Final = f"{PREFIX}else-permitted"
LEVELS: Final = ("public", "internal", "personal", "regulated")
"""Those of policies that name none."""
NOWHERE: Final = "nowhere"
"""Among places: none at all. What permits only that permits nothing."""
_NOTHING: Final[Mapping[str, Any]] = {"places": [NOWHERE]}
_LEVEL: Final = "checked"
_PERMITTED: Final = {
    "places": "processed in {}",
    "storage": "kept in {}",
    "operators": "run by a company of {}",
    "parents": "whose parent is of {}",
    "laws": "under the law of {} alone",
    "on_premise": "on your own ground",
    "agreements": "agreed on: {}",
    "retention_days": "kept for {} days at most",
    "training": "nobody trains on it",
}
_FORBIDDEN: Final = {
    "places": "not processed in {}",
    "storage": "not kept in {}",
    "operators": "not run by a company of {}",
    "parents": "without a parent of {}",
    "laws": "not under the law of {}",
    "vendors": "not {}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What is asked of a deployment. `because` are the questions and answers that lead to it; `id` is unique
    for what it asks.
    """

    id: str
    rule: DeploymentRule
    because: tuple[str, ...] = field(default=(), compare=False)

    @property
    def source(self) -> str:
        return f"{self.rule.source}, as of {self.rule.as_of}" if self.rule.as_of else self.rule.source

    def told(self) -> str:
        """What it asks, in words."""
        permit = dict(self.rule.permit)
        if permit == _NOTHING:
            return "no deployment may have it"
        parts = []
        if grounds := permit.pop("transfers", None):
            # These widen the places, and do not narrow them.
            places, storage = permit.pop("places", ["eea"]), permit.pop("storage", ["eea"])
            inside = _plain(list(dict.fromkeys((*places, *storage))))
            parts.append(
                f"processed and kept in {inside}, or with a ground for the transfer ({_plain(grounds)})"
            )
        parts += [_worded("permit", _PERMITTED, *item) for item in permit.items()]
        return "; ".join(parts + [_worded("forbid", _FORBIDDEN, *item) for item in self.rule.forbid.items()])

    @property
    def ground(self) -> str:
        """The source without its address and its day, for where there is little room."""
        return re.sub(r",? https?://\S+?(?=[,;]|$)", "", self.rule.source)

    def plain(self, levels: Sequence[str]) -> dict[str, Any]:
        """As a file of policies has it."""
        found: dict[str, Any] = {"id": self.id, "level": list(levels), "source": self.source}
        if self.rule.permit:
            found["permit"] = dict(self.rule.permit)
        if self.rule.forbid:
            found["forbid"] = dict(self.rule.forbid)
        return found


def required(rule: DeploymentRule, values: Sequence[str], because: str = "") -> Requirement:
    """`values` are what the answer holds."""
    told = (because,) if because else ()
    if not rule.takes_value:
        return Requirement(id=PREFIX + rule.id, rule=rule, because=told)
    filled = replace(rule, permit=_filled(rule.permit, values), forbid=_filled(rule.forbid, values))
    return Requirement(id=f"{PREFIX}{rule.id}={'+'.join(sorted(values))}", rule=filled, because=told)


def _filled(part: Mapping[str, Any], values: Sequence[str]) -> dict[str, Any]:
    return {key: _value(key, values) if value == VALUE else value for key, value in part.items()}


def _value(key: str, values: Sequence[str]) -> list[str] | int:
    if key == "retention_days":
        return int(values[0]) if values and values[0].isdecimal() else 0
    return sorted(values)


def refusal(name: str, reason: str, source: str = "", because: str = "") -> Requirement:
    """What no deployment meets."""
    told = f"{reason.rstrip('.')} ({source})" if source else reason.rstrip(".")
    rule = DeploymentRule(id=f"{name}-refused", source=told, permit=_NOTHING)
    return Requirement(id=PREFIX + rule.id, rule=rule, because=(because,) if because else ())


def permit_any(levels: Sequence[str]) -> dict[str, Any]:
    """The rule without which rules that only forbid would permit nothing."""
    return {"id": ANY_RULE, "level": list(levels), "source": "whatever no other rule denies", "permit": "any"}


def loaded(
    rules: Sequence[Mapping[str, Any]], levels: Sequence[str], others: Sequence[str] = LEVELS
) -> Policies:
    """The policies that a router has of these rules; `others` are levels that the environment may name, too.
    Raises ConfigError for rules that a router would refuse.
    """
    known = [*dict.fromkeys((*others, *levels))]
    config = {"policies": {"levels": known, "rules": [dict(each) for each in rules]}}
    with Router.from_config(config) as router:
        policies: Policies = router.policies  # type: ignore[assignment]  # there are some
        return policies


def loaded_rules(requirements: Iterable[Requirement]) -> Policies:
    """As `loaded`, of one level. Raises ConfigError."""
    found = [each.plain([_LEVEL]) for each in requirements]
    return loaded([*found, permit_any([_LEVEL])], [_LEVEL])


def _worded(verb: str, words: Mapping[str, str], key: str, value: object) -> str:
    return words[key].format(_plain(value)) if key in words else f"{verb} {key}: {_plain(value)}"


def _plain(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
