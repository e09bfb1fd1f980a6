"""The policies of one router: which levels a request has, and what their rules say of a deployment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from interlock.constraints.pins import pins_for
from interlock.errors import RequestError
from interlock.policies.judging import Adequacy, Site, failings, placed
from interlock.policies.rules import Origin, Rule, Sealing
from interlock.types.canonical import digest_of
from interlock.types.jurisdictions import shared
from interlock.types.models import Deployment, Destination
from interlock.types.names import nearest
from interlock.types.request import Constraints
from interlock.types.sensed import Sensed

ANY_KIND = "*"
"""Among what is detected: every kind that has no level of its own."""

_KEY = "constraints.sensitivity"
_NOTHING: Mapping[str, str] = {}
_NO_ORIGINS: Mapping[str, Origin] = {}


def check_levels(policies: "Policies | None", constraints: Constraints) -> None:
    """Raises RequestError for a level that nobody knows."""
    if policies is not None:
        policies.check(constraints.sensitivity)
        return
    for name in constraints.sensitivity:
        what = f"there are no policies, so nobody knows what may be done with {name!r:.60}"
        raise RequestError(f"{what}; write `policies:` into the configuration.", key=_KEY)


@dataclass(frozen=True, slots=True)
class Denial:
    """A rule that does not hold of a deployment, at one level; `rule` is empty where the level permits
    nothing. `sentence` names the rule, its ground and each thing that failed.
    """

    rule: str
    level: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules of some levels say of a deployment.

    Attributes:
        denials: every rule that does not hold; none when the deployment is permitted.
        sealing: as what a sealed request would be permitted, where it would; `level` names the levels.
    """

    denials: tuple[Denial, ...] = ()
    sealing: Sealing | None = None

    @property
    def sentence(self) -> str:
        """All of them in one; a rule of several levels is told once."""
        return "; and ".join(dict.fromkeys(each.sentence for each in self.denials))


_PERMITTED = Judgement()


class Policies:
    """Pure: what it says follows from the rules and the deployment alone, and so it says it once.

    `deployments` are those that are asked about again and again. `detected` maps kinds of personal data to
    levels, `adequate` places to the condition of their adequacy, `origins` the ids of rules to where they
    come from. Rules differ in their ids.
    """

    def __init__(
        self,
        rules: Iterable[Rule],
        *,
        levels: Sequence[str],
        default: str | None = None,
        detected: Mapping[str, str] = _NOTHING,
        adequate: Adequacy = _NOTHING,
        deployments: Iterable[Deployment] = (),
        origins: Mapping[str, Origin] = _NO_ORIGINS,
    ) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.id))
        self.levels = tuple(levels)
        self.default = default
        self.detected = detected
        self.origins = origins
        self._adequate = adequate
        self._rules_of = {
            level: tuple(rule for rule in self.rules if level in rule.levels) for level in self.levels
        }
        self._sealed = {rule.id: rule.sealed for rule in self.rules}
        placing = [rule for rule in self.rules if rule.places]
        sealing = [rule for rule in self.rules if rule.sealed]
        self._asks_places = frozenset().union(*(rule.levels for rule in (*placing, *sealing)))
        self._all_detected = dict.fromkeys(detected.values(), "a guardrail failed to look")
        self._default = frozenset() if default is None else frozenset({default})
        self._names = lru_cache(1024)(self._named)
        self._listed = {deployment.id: deployment for deployment in deployments}
        self._known: dict[tuple[str, frozenset[str], str], Judgement] = {}

    @cached_property
    def digest(self) -> str:
        """SHA-256 in hexadecimal of all that decides what they say; equal for equal policies."""
        said = {
            "rules": [_plain(rule) for rule in self.rules],
            "levels": self.levels,
            "default": self.default,
            "detected": self.detected,
            "adequate": self._adequate,
        }
        return digest_of("policies", said)

    def as_of(self, rule: str) -> str | None:
        """When the sources of a rule were read, an ISO date; None where nobody says."""
        origin = self.origins.get(rule)
        return (origin.as_of or None) if origin else None

    @property
    def senses(self) -> bool:
        """Whether it matters what guardrails find in a request."""
        return bool(self.detected) or any(rule.sealed for rule in self.rules)

    def rules_of(self, level: str) -> tuple[Rule, ...]:
        """In the order of their ids."""
        return self._rules_of[level]

    def is_open(self, level: str) -> bool:
        """Whether some rule of the level permits anything."""
        return any(rule.permit is not None for rule in self._rules_of[level])

    def check(self, names: Iterable[str], key: str = _KEY) -> None:
        """Raises RequestError for a name that no level has."""
        for name in names:
            if name not in self._rules_of:
                what = f"{name!r:.60} is no level of the policies; there are {', '.join(self.levels)}."
                raise RequestError(what, key=key, suggestion=nearest(name, self.levels))

    def levels_of(self, declared: frozenset[str], sensed: Sensed | None) -> Mapping[str, str]:
        """The levels of a request in the order of display, each with its reason. None: nothing applies."""
        found: dict[str, list[str]] = {level: ["declared"] for level in declared}
        if sensed is not None and self.detected:
            kinds: dict[str, list[str]] = {}
            for kind in sorted(sensed.kinds):
                level = self.detected.get(kind) or self.detected.get(ANY_KIND)
                if level is not None:
                    kinds.setdefault(level, []).append(kind)
            for level, names in kinds.items():
                found.setdefault(level, []).append(f"{' and '.join(names)} found")
            for level, why in self._all_detected.items() if sensed.failed else ():
                found.setdefault(level, []).append(why)
        if not found and self.default is not None:
            found = {self.default: ["the default"]}
        return {level: ", ".join(found[level]) for level in (*self.levels, *found) if level in found}

    def names(self, declared: frozenset[str], sensed: Sensed | None) -> frozenset[str]:
        """The same without the reasons."""
        if sensed is None or not self.detected:
            return declared or self._default
        return self._names(declared, sensed.kinds, sensed.failed)

    def judge(self, deployment: Deployment, levels: frozenset[str], pinned: str = "") -> Judgement:
        """What all rules of all these levels say of the deployment, which may be told to process a request in
        a place.
        """
        if self._listed.get(deployment.id) is not deployment:
            return self._judge(deployment, levels, pinned)
        key = (deployment.id, levels, pinned)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._judge(deployment, levels, pinned)
        return found

    def objection(
        self, destination: Destination, vendors: tuple[str, ...], declared: frozenset[str]
    ) -> str | None:
        """Why nothing of these levels may be sent to a connector, in a sentence; or None."""
        denials = self._denials(Site.of(destination, vendors), self.names(declared, None))
        return Judgement(denials).sentence or None

    def bounds(
        self, deployment: Deployment, levels: frozenset[str], pinned: str, bound: Constraints
    ) -> Constraints:
        """What a request is `bound` to, tightened by where the rules that let the deployment have it have it
        processed, and by the laws that they forbid; where they let it only sealed, those of the level that it
        then counts as among them.
        """
        if self._asks_places.isdisjoint(levels):
            return bound
        found = self.judge(deployment, levels, pinned)
        broken = {denial.rule for denial in found.denials}
        sealings = (self._sealed.get(name) for name in broken)
        beyond = levels | {sealing.level for sealing in sealings if sealing is not None}
        site = Site.of(deployment, pinned=pinned)
        places, laws = bound.residency, bound.deny_laws
        for rule in self.rules:
            if rule.id not in broken and not rule.levels.isdisjoint(beyond):
                laws |= rule.forbid.laws
                if rule.permit is not None:
                    places = shared(places, placed(rule.permit, site, self._adequate))
        return replace(bound, residency=places, deny_laws=laws)

    def asks_places(self, levels: frozenset[str]) -> bool:
        """Whether it matters to some rule of the levels where a request is processed."""
        return not self._asks_places.isdisjoint(levels)

    def _named(self, declared: frozenset[str], kinds: frozenset[str], failed: bool) -> frozenset[str]:
        return frozenset(self.levels_of(declared, Sensed(kinds=kinds, failed=failed)))

    def pin(self, deployment: Deployment, levels: frozenset[str], constraints: Constraints) -> str:
        """Where the deployment's vendor is told to keep a request, so that constraints and rules hold; empty
        where it need not be told, and where that would be of no use.
        """
        if not deployment.pins:
            return ""
        places = pins_for(deployment, constraints)
        found = [(place, self.judge(deployment, levels, place)) for place in places]
        permitted = [place for place, judged in found if not judged.denials]
        sealed = [place for place, judged in found if judged.sealing is not None]
        return next(iter((*permitted, *sealed, *places)), "")

    def _judge(self, deployment: Deployment, levels: frozenset[str], pinned: str) -> Judgement:
        site = Site.of(deployment, pinned=pinned)
        denials = self._denials(site, levels)
        return Judgement(denials, self._sealing(site, denials)) if denials else _PERMITTED

    def _denials(self, site: Site, levels: Iterable[str]) -> tuple[Denial, ...]:
        found: list[Denial] = []
        for level in sorted(levels):
            rules = self._rules_of.get(level, ())
            if not any(rule.permit is not None for rule in rules):
                found.append(Denial("", level, f"no policy permits anything of level {level}"))
            found += [
                Denial(rule.id, level, f"{rule.title}: {'; '.join(failed)}")
                for rule in rules
                if (failed := failings(rule, site, self._adequate))
            ]
        return tuple(found)

    def _sealing(self, site: Site, denials: Iterable[Denial]) -> Sealing | None:
        """What lets a sealed request pass all these, if it does: as it is, and not sealed once more."""
        ways = [self._sealed.get(denial.rule) for denial in denials]
        given = [way for way in ways if way is not None]
        levels = frozenset(way.level for way in given)
        if len(given) < len(ways) or self._denials(site, levels):
            return None
        return Sealing(
            level=" and ".join(sorted(levels)),
            unread=all(way.unread for way in given),
            unchanged=all(way.unchanged for way in given),
        )


def _plain(value: Any) -> Any:
    """A rule as JSON has it, what has no order sorted."""
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    return sorted(value) if isinstance(value, frozenset) else value
