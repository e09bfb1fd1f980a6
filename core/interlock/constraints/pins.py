"""Fields of a request with which a vendor keeps it in a place: which of them a request asks for."""

from interlock.constraints.destinations import under
from interlock.types.jurisdictions import satisfies
from interlock.types.models import Deployment
from interlock.types.request import Constraints


def pin_for(deployment: Deployment, constraints: Constraints) -> str:
    """The place that a request is pinned to. Empty where the deployment's own places will do, and where no
    pin makes them do.
    """
    if not deployment.pins or _fits(deployment, deployment.region, constraints):
        return ""
    return next((place for place in deployment.pins if _fits(deployment, place, constraints)), "")


def _fits(deployment: Deployment, place: str, constraints: Constraints) -> bool:
    if not satisfies(place, constraints.residency, deployment.provider):
        return False
    laws = constraints.deny_laws
    return not laws or under(deployment, laws, deployment.provider, place) is None
