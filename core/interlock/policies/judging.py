"""What of a rule does not hold of a deployment: each key a pure predicate that says in words what failed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from interlock.constraints import vendors_of
from interlock.constraints.destinations import denied, off_premise, under
from interlock.policies.rules import ANY, CLAUSES, Forbidden, Permitted, Rule
from interlock.types.handling import Handling
from interlock.types.jurisdictions import GLOBAL, LOCAL, satisfies, touching
from interlock.types.models import Deployment, Destination

_EEA: Final = frozenset({"eea"})
_NOTHING: Final = Forbidden()
_OPERATOR: Final = "operator"
_PARENT: Final = "operator's parent"

Adequacy = Mapping[str, str]
"""Place -> the condition under which its protection of data is adequate; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Site:
    """A deployment, or a connector's destination, as rules see it. On the user's own ground nobody else
    keeps, reads or trains on anything, unless the configuration says so. `vendors` are the names of whoever
    sees what is sent there; `provider` is needed where it names regions otherwise than Amazon does.
    """

    destination: Destination
    vendors: tuple[str, ...]
    provider: str
    region: str
    handling: Handling
    own: bool

    @classmethod
    def of(cls, destination: Destination, vendors: tuple[str, ...] = (), *, pinned: str = "") -> "Site":
        """`pinned` is where its vendor is told to process the request; empty where it is told nothing."""
        provider = ""
        if isinstance(destination, Deployment):
            provider, vendors = destination.provider, vendors_of(destination)
        region, handling = pinned or destination.region, destination.handling
        own = destination.on_premise or destination.region == LOCAL
        return cls(
            destination, vendors, provider, region, handling.at(destination.region) if own else handling, own
        )

    @property
    def told(self) -> str:
        """Since when, and by whom, what is recorded of it is known."""
        when = f" as of {self.handling.as_of}" if self.handling.as_of else ""
        return f"{when} ({self.handling.source})" if self.handling.source else when

    def inside(self, place: str, allowed: frozenset[str]) -> bool:
        return satisfies(place, allowed, self.provider)


def failings(rule: Rule, site: Site, adequate: Adequacy) -> tuple[str, ...]:
    """Why the rule does not hold, a phrase for each key; nothing when it does."""
    found = [] if rule.forbid == _NOTHING else [*_forbidden(rule.forbid, site)]
    if rule.permit is not None and rule.permit != ANY:
        found += _unpermitted(rule.permit, site, adequate)
    return tuple(found)


def _unpermitted(permit: Permitted, site: Site, adequate: Adequacy) -> Iterator[str]:
    handling = site.handling
    places, storage = placed(permit, site, adequate), permit.storage
    if permit.transfers:
        storage = _transferred(storage, permit, site, adequate)
    if places and not site.inside(site.region, places):
        yield f"{_processed(site)}{site.told}, permits {_or(places)}"
    if storage and not site.inside(handling.stored, storage):
        yield f"{_stored(site)}{site.told}, permits {_or(storage)}"
    for who, home, allowed in (
        (_OPERATOR, handling.operator, permit.operators),
        (_PARENT, handling.parent, permit.parents),
    ):
        if allowed and not site.inside(home, allowed):
            yield f"{_run(who, home)}{site.told}, permits {_or(allowed)}"
    beyond = _beyond(site, permit.laws) if permit.laws else None
    if beyond is not None:
        yield f"{beyond}{site.told}, permits the law of {_or(permit.laws)}"
    if permit.on_premise and off_premise(site.destination):
        yield "not on premise"
    if not site.own and (lacking := permit.agreements - handling.agreements):
        yield f"no {_or(lacking)} is recorded{site.told}"
    yield from _kept(permit, site)


def placed(permit: Permitted, site: Site, adequate: Adequacy) -> frozenset[str]:
    """The jurisdictions in which the permission lets a request be processed there; none means anywhere."""
    return _transferred(permit.places, permit, site, adequate) if permit.transfers else permit.places


def _transferred(inside: frozenset[str], permit: Permitted, site: Site, adequate: Adequacy) -> frozenset[str]:
    """The places beside those inside to which there is a ground for a transfer; clauses are one to any."""
    if CLAUSES in permit.transfers & site.handling.agreements:
        return frozenset()
    return (inside or _EEA) | _adequate(permit, site.handling, adequate)


def _kept(permit: Permitted, site: Site) -> Iterator[str]:
    handling, most = site.handling, permit.retention_days
    if most is not None and not (handling.retention_days is None and site.own):
        if handling.retention_days is None:
            yield f"for how long requests are kept was not recorded{site.told}, permits {most} days"
        elif handling.retention_days > most:
            yield f"requests are kept {handling.retention_days} days{site.told}, permits {most}"
    if permit.training is False and not (handling.training is None and site.own):
        if handling.training is None:
            yield f"whether requests are trained on was not recorded{site.told}"
        elif handling.training:
            yield f"requests are trained on{site.told}"


def _forbidden(forbid: Forbidden, site: Site) -> Iterator[str]:
    destination, handling, provider = site.destination, site.handling, site.provider
    for place, names, phrase in (
        (site.region, forbid.places, _processed),
        (handling.stored, forbid.storage, _stored),
        (handling.operator, forbid.operators, _operated),
        (handling.parent, forbid.parents, _owned),
    ):
        if not names:
            continue
        touched = touching(place, provider)
        if touched is None:
            yield f"{phrase(site)}{site.told}, and so it may be in {_or(names)}, which is forbidden"
        elif found := touched & names:
            yield f"{phrase(site)}{site.told}, forbids {_or(found)}"
    reached = under(destination, forbid.laws, provider, site.region) if forbid.laws else None
    if reached is not None:
        yield reached
    vendor = denied(site.vendors, forbid.vendors)
    if vendor is not None:
        yield vendor


def _adequate(permit: Permitted, handling: Handling, adequate: Adequacy) -> frozenset[str]:
    """The places that are adequate for what is recorded of whoever runs it. A condition counts where the rule
    names it and it is recorded as agreed.
    """
    met = permit.transfers & handling.agreements
    return frozenset(place for place, condition in adequate.items() if not condition or condition in met)


def _beyond(site: Site, allowed: frozenset[str]) -> str | None:
    """The first of those whose law reaches a request that is not allowed."""
    handling = site.handling
    for place, phrase in (
        (site.region, _processed),
        (handling.operator, _operated),
        (handling.parent, _owned),
    ):
        if not site.inside(place, allowed):
            return phrase(site)
    return None


def _processed(site: Site) -> str:
    region = site.region
    known = touching(region, site.provider) is not None
    return f"processed in {region}" if known else "processed anywhere"


def _stored(site: Site) -> str:
    stored = site.handling.stored
    return "where it is stored was not recorded" if stored == GLOBAL else f"stored in {stored}"


def _operated(site: Site) -> str:
    return _run(_OPERATOR, site.handling.operator)


def _owned(site: Site) -> str:
    return _run(_PARENT, site.handling.parent)


def _run(who: str, home: str) -> str:
    return f"its {who} is in {home}" if home else f"who its {who} is was not recorded"


def _or(names: frozenset[str]) -> str:
    return " or ".join(sorted(names))
