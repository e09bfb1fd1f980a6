"""The rules about where something is sent and who sees it: for deployments, and for connectors."""

from collections.abc import Iterable

from interlock.types.jurisdictions import GLOBAL, LOCAL, NOWHERE, normalise, satisfies
from interlock.types.models import Destination
from interlock.types.request import Constraints


def objection(destination: Destination, vendors: Iterable[str], constraints: Constraints) -> str | None:
    """Why nothing may be sent there, in a sentence; `vendors` are the names of whoever sees it."""
    return (
        outside(destination, constraints.residency)
        or (off_premise(destination) if constraints.on_premise else None)
        or denied(vendors, constraints.deny_vendors)
    )


def outside(destination: Destination, allowed: frozenset[str], provider: str = "") -> str | None:
    """`provider` is needed where its names of regions mean other places than Amazon's."""
    if not allowed or satisfies(destination.region, allowed, provider):
        return None
    if NOWHERE in allowed:
        return "the configured residency and the request's contradict each other; no region satisfies both"
    return f"{_processed(destination.region)}; the residency allows {' or '.join(sorted(allowed))} only"


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


def _processed(region: str) -> str:
    try:
        where = normalise(region)
    except ValueError:
        where = region
    return "processed anywhere" if where == GLOBAL else f"processed in {where}"
