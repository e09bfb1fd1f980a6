"""Where a vendor says that it processed a request, held against where that may be."""

from collections.abc import Callable

from interlock.protocols import API, ConstraintCall, SurveyCall
from interlock.types.identifiers import identifier
from interlock.types.jurisdictions import GLOBAL, LOCAL, UnknownRegionError, place_of, satisfies
from interlock.types.models import Deployment

UNRECOGNISED = "unrecognised"
"""Stands for words of a vendor that have not the shape of a place's name."""


def told(said: str | None) -> str | None:
    """What a vendor says of a place, as it may be kept; None where it says nothing."""
    if said is None:
        return None
    place = identifier(said.strip().lower())
    # Nobody's server runs in our process.
    return UNRECOGNISED if place is None or LOCAL in place.split("+") else place


def breach(evidenced: str, deployment: Deployment, allowed: frozenset[str]) -> str | None:
    """What is wrong with an answer that was made there, in a sentence; None where the residency allows it.

    `evidenced` is as `told` gives it. No `allowed` means anywhere.
    """
    if satisfies(evidenced, allowed, deployment.provider):
        return None
    return (
        f"{_processed(evidenced)} by the vendor's own word, and declared as {deployment.region}; "
        f"the residency allows {' or '.join(sorted(allowed))} only"
    )


def contradicts(evidenced: str, deployment: Deployment) -> bool:
    """Whether an answer was made outside the places in which its deployment is declared to process."""
    try:
        declared = place_of(deployment.region, deployment.provider)
    except UnknownRegionError:
        return True
    return declared != GLOBAL and not satisfies(evidenced, frozenset({declared}), deployment.provider)


def _processed(evidenced: str) -> str:
    if evidenced == GLOBAL:
        return "processed anywhere"
    where = "a place that nobody knows" if evidenced == UNRECOGNISED else evidenced
    return f"processed in {where}"


class Evidence:
    """Keeps requests that have a residency from deployments whose vendors were seen to process elsewhere.

    `against` says in a sentence what is held against a deployment, `silent` that nothing is against any.
    """

    api = API
    name = "evidence"
    fixed = False

    def __init__(self, against: Callable[[str], str | None], silent: Callable[[], bool]) -> None:
        self._against = against
        self._silent = silent

    def idle(self, call: SurveyCall) -> bool:
        return not call.constraints.residency or self._silent()

    def check(self, call: ConstraintCall) -> str | None:
        return self._against(call.deployment.id) if call.constraints.residency else None
