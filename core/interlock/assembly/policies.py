"""The policies of a router, every name in them checked, and what asks guardrails on their behalf."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from interlock.config import Config, ForbidConfig, PermitConfig
from interlock.config.policies import WrittenRule, written_rules
from interlock.engine.guarding.sensing import Sensing
from interlock.policies import CLAUSES, Forbidden, Origin, Permitted, Policies, Rule, Sealing
from interlock.policies.policies import ANY_KIND
from interlock.protocols import ConstraintCall, Guardrail, SurveyCall
from interlock.types.models import Deployment
from interlock.types.names import nearest

ADEQUATE: Final = "adequate"
_AGREEMENTS: Final = frozenset({"dpa", "scc", "baa", "zdr"})
_PLACES: Final = ("places", "storage", "operators", "parents", "laws")

Known = Callable[[], frozenset[str]]


def policies_of(
    config: Config,
    deployments: Iterable[Deployment],
    *,
    adequate: Mapping[str, str],
    vendors: Known,
) -> Policies | None:
    """None without policies, so that no decision pays for what is not there.

    Raises:
        ConfigError: a rule names what there is not, or could never let anything through.
    """
    policies, listed = config.policies, tuple(deployments)
    if policies is None:
        if config.constraints.sensitivity:
            what = "there are no `policies`, so nobody knows what may be done with data of any level."
            raise config.error("constraints.sensitivity", what)
        return None
    written = written_rules(config)
    if not written:
        raise config.error(
            "policies", "hold no rule, so every level permits nothing; write `rules` or `files`."
        )
    check = _Checks(policies.levels, written, adequate, vendors, listed)
    check.all()
    made = Policies(
        [_rule(each) for each in written],
        levels=policies.levels,
        default=policies.default,
        detected=policies.detected,
        adequate=adequate,
        deployments=listed,
        origins={
            each.rule.id: Origin(where=_from_folder(each.where, config.folder), as_of=each.as_of)
            for each in written
        },
    )
    _check_sections(config, made)
    return made


def sensing_of(
    config: Config, policies: Policies | None, guardrails: Mapping[str, Guardrail]
) -> Sensing | None:
    """None where no policy needs to know what guardrails find.

    Raises:
        ConfigError: something is to be detected, and no guardrail here says what it finds.
    """
    if policies is None or not policies.senses:
        return None
    sensing = Sensing(list(guardrails.values()))
    if not policies.detected:
        return sensing
    if not sensing.guardrails:
        what = "no guardrail here says what it finds, so nothing would be detected"
        way = "pip install interlock-privacy, and write `privacy: {}` under `guardrails`"
        raise config.error("policies.detected", f"{what}: {way}.")
    known = _kinds(sensing)
    for kind in policies.detected if known else ():
        if kind not in known and kind != ANY_KIND:
            what = f"no guardrail finds {kind!r}; there are {', '.join(known)}."
            raise config.error(["policies", "detected", kind], what, nearest(kind, known))
    return sensing


def placing(policies: Policies | None) -> tuple[Callable[[SurveyCall | ConstraintCall], bool], ...]:
    """What says of a request whether policies say where it may be processed; nothing without policies."""
    if policies is None:
        return ()
    return (lambda call: policies.asks_places(policies.names(call.constraints.sensitivity, call.sensed)),)


def _kinds(sensing: Sensing) -> list[str]:
    """All that guardrails can find; nothing where one of them does not say."""
    known: set[str] = set()
    for each in sensing.guardrails:
        kinds: object = getattr(each, "kinds", None)
        if not isinstance(kinds, (frozenset, set)):
            return []
        known |= kinds
    return sorted(known)


def _check_sections(config: Config, policies: Policies) -> None:
    def known(name: str, *key: str) -> None:
        if name not in policies.levels:
            raise config.error(key, _no_level(name, policies.levels), nearest(name, policies.levels))

    if policies.default is not None:
        known(policies.default, "policies", "default")
        if not policies.is_open(policies.default):
            what = (
                f"no rule permits anything of {policies.default}, so every request without a level is denied."
            )
            raise config.error("policies.default", what)
    for kind, level in policies.detected.items():
        known(level, "policies", "detected", kind)
    for index, level in enumerate(config.constraints.sensitivity):
        known(level.strip().lower(), "constraints", "sensitivity", str(index))


def _no_level(name: str, levels: Iterable[str]) -> str:
    return f"{name!r} is no level; there are {', '.join(levels)}."


class _Checks:
    """Of rules against each other, and of their names against what there is."""

    def __init__(
        self,
        levels: Sequence[str],
        written: Sequence[WrittenRule],
        adequate: Mapping[str, str],
        vendors: Known,
        deployments: Sequence[Deployment],
    ) -> None:
        self._levels = levels
        self._written = written
        self._vendors = vendors
        self._conditions = {ADEQUATE, CLAUSES, *filter(None, adequate.values())}
        self._agreements = _AGREEMENTS.union(*(each.handling.agreements for each in deployments))
        self._open = {level for each in written if each.rule.permit is not None for level in each.rule.level}

    def all(self) -> None:
        """Raises ConfigError for the first rule that cannot be meant."""
        seen: dict[str, WrittenRule] = {}
        for each in self._written:
            first = seen.setdefault(each.rule.id, each)
            if first is not each:
                what = f"{each.rule.id!r} is the id of a rule in {first.where} too; each needs its own."
                raise each.error("id", what, None)
            self._levels_of(each)
            self._names_of(each)
            self._forbids_what_it_permits(each)

    def _levels_of(self, each: WrittenRule) -> None:
        rule = each.rule
        named = [(f"level.{index}", level) for index, level in enumerate(rule.level)]
        if rule.sealed is not None:
            named.append(("sealed.level", rule.sealed.level))
        for key, level in named:
            if level not in self._levels:
                raise each.error(key, _no_level(level, self._levels), nearest(level, self._levels))
            if level not in self._open:
                what = f"no rule permits anything of {level}, so this one changes nothing"
                way = "write `permit: any` to permit whatever is not forbidden"
                raise each.error(key, f"{what}; {way}.", None)
        if rule.sealed is not None and rule.sealed.level in rule.level:
            what = "is the rule's own level, which it would have to break and to keep."
            raise each.error("sealed.level", what, None)

    def _names_of(self, each: WrittenRule) -> None:
        permit, forbid = each.rule.permit or PermitConfig(), each.rule.forbid or ForbidConfig()
        transfers = permit.transfers or ()
        for index, name in enumerate(transfers):
            if name not in self._conditions:
                what = f"{name!r} is no basis of a transfer; there are {', '.join(sorted(self._conditions))}."
                raise each.error(f"permit.transfers.{index}", what, nearest(name, sorted(self._conditions)))
        if transfers and ADEQUATE not in transfers and CLAUSES not in transfers:
            what = f"names conditions alone; write {ADEQUATE} beside them."
            raise each.error("permit.transfers", what, None)
        # Strangers may be named; what resembles a known name was meant to be that one.
        for index, name in enumerate(permit.agreements or ()):
            if name not in self._agreements and (near := nearest(name, sorted(self._agreements))):
                raise each.error(f"permit.agreements.{index}", f"nobody has agreed on {name!r}.", near)
        for index, name in enumerate(forbid.vendors or ()):
            vendors = self._vendors()
            if name not in vendors and (near := nearest(name, sorted(vendors))):
                raise each.error(f"forbid.vendors.{index}", f"no vendor is called {name!r}.", near)

    def _forbids_what_it_permits(self, each: WrittenRule) -> None:
        permit, forbid = each.rule.permit, each.rule.forbid
        if permit is None or forbid is None:
            return
        for key in _PLACES:
            permitted, forbidden = getattr(permit, key), getattr(forbid, key)
            if permitted and forbidden and set(permitted) <= set(forbidden) and not permit.transfers:
                what = f"forbids all that the rule permits: {', '.join(permitted)}; nothing could pass."
                raise each.error(f"forbid.{key}", what, None)


def _rule(each: WrittenRule) -> Rule:
    written = each.rule
    sealed = written.sealed
    return Rule(
        id=written.id,
        levels=frozenset(written.level),
        source=written.source,
        permit=None if written.permit is None else Permitted(**_given(written.permit)),
        forbid=Forbidden() if written.forbid is None else Forbidden(**_given(written.forbid)),
        sealed=None if sealed is None else Sealing(**dict(sealed)),
    )


def _from_folder(where: str, folder: Path | None) -> str:
    """A file as it is seen from the configuration's folder: the way there may hold a person's name."""
    path = Path(where)
    if folder is not None and path.is_relative_to(folder):
        return path.relative_to(folder).as_posix()
    return path.name if path.is_absolute() else where


def _given(part: PermitConfig | ForbidConfig) -> dict[str, Any]:
    return {
        name: frozenset(value) if isinstance(value, tuple) else value
        for name, value in part
        if value is not None
    }
