"""The rules about where something is sent and who sees it: for deployments, and for connectors."""

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from interlock.types.handling import ANY_LAW, Handling
from interlock.types.jurisdictions import GLOBAL, LOCAL, NOWHERE, codes, normalise, satisfies, touching
from interlock.types.models import Destination
from interlock.types.request import Constraints


def objection(destination: Destination, vendors: Iterable[str], constraints: Constraints) -> str | None:
    """Why nothing may be sent there, in a sentence; `vendors` are the names of whoever sees it."""
    return (
        outside(destination, constraints.residency)
        or (stored_outside(destination, constraints.storage) if constraints.storage else None)
        or (under(destination, constraints.deny_laws) if constraints.deny_laws else None)
        or (off_premise(destination) if constraints.on_premise else None)
        or denied(vendors, constraints.deny_vendors)
    )


def outside(destination: Destination, allowed: frozenset[str], provider: str = "") -> str | None:
    """`provider` is needed where its names of regions mean other places than Amazon's."""
    if not allowed or satisfies(destination.region, allowed, provider):
        return None
    if NOWHERE in allowed:
        return "the configured residency and the request's contradict each other; no region satisfies both"
    where = f"{_processed(destination.region)}{_told(destination)}"
    return f"{where}; the residency allows {' or '.join(sorted(allowed))} only"


def stored_outside(destination: Destination, allowed: frozenset[str], provider: str = "") -> str | None:
    """`allowed` as for `outside`; what runs in the process keeps nothing elsewhere unless it is said to."""
    stored = destination.handling.stored
    if destination.region == LOCAL and stored == GLOBAL:
        stored = LOCAL
    if satisfies(stored, allowed, provider):
        return None
    if NOWHERE in allowed:
        return "the configured storage and the request's contradict each other; no place satisfies both"
    where = "may be stored anywhere" if stored == GLOBAL else f"stored in {stored}"
    return f"{where}{_told(destination)}; storage is allowed in {' or '.join(sorted(allowed))} only"


def under(
    destination: Destination, denied: frozenset[str], provider: str = "", pinned: str = ""
) -> str | None:
    """`denied` are jurisdictions whose law must not reach what is sent there, and is `pinned` to a place."""
    denied = codes(denied)
    handling, region = destination.handling, pinned or destination.region
    if region == LOCAL:
        handling = handling.at(LOCAL)
    laws = handling.laws(region, provider)
    if ANY_LAW not in laws and laws.isdisjoint(denied):
        return None
    for who, place in (
        ("it is processed", region),
        ("its operator is", handling.operator),
        ("its operator's parent is", handling.parent),
    ):
        reached = touching(place, provider)
        if reached is not None and (found := sorted(reached & denied)):
            told = _told(destination, way_out=False)
            return f"{who} in {place}{told}; the law of {' and '.join(found)} is denied"
    lacking = "where it is processed" if touching(region, provider) is None else "who operates it"
    if handling.operator and lacking == "who operates it":
        lacking = "who owns its operator"
    return (
        f"nobody recorded {lacking}{_told(destination)}; the law of {' and '.join(sorted(denied))} is denied"
    )


def off_premise(destination: Destination) -> str | None:
    if destination.on_premise or destination.region == LOCAL:
        return None
    return "not on premise; only what stands on the user's own ground is allowed"


def denied(names: Iterable[str], among: frozenset[str]) -> str | None:
    """`among` are in lower case."""
    for name in names if among else ():
        if name.lower() in among:
            return f"{name} is a denied vendor"
    return None


def _told(destination: Destination, *, way_out: bool = True) -> str:
    """Who says so, in parentheses, where it is recorded; what leads to a narrower place unless unwanted."""
    handling = destination.handling
    if not (handling.note or handling.source):
        return ""
    return _parenthesis(handling, destination.base_url, destination.id, way_out)


@lru_cache(maxsize=1024)
def _parenthesis(handling: Handling, base_url: str, id_: str, way_out: bool) -> str:
    host = urlsplit(base_url).hostname or id_
    said = ", ".join(part for part in (host, handling.as_of and f"as of {handling.as_of}") if part)
    source = handling.source and f"see {handling.source}"
    note = handling.note.rstrip(".") if way_out else ""
    words = "; ".join(part for part in (note, source) if part)
    return f" ({said}: {words})" if words else ""


def _processed(region: str) -> str:
    try:
        where = normalise(region)
    except ValueError:
        where = region
    return "processed anywhere" if where == GLOBAL else f"processed in {where}"
