"""Fields of a request with which a vendor keeps it in a place: which of them a request asks for."""

from interlock.constraints.destinations import under
from interlock.types.jurisdictions import satisfies
from interlock.types.models import Deployment
from interlock.types.request import Constraints


def pin_for(deployment: Deployment, constraints: Constraints) -> str:
    """The place that a request is pinned to. Empty where the deployment's own places will do, and where no
    pin makes them do.
    """
    return next(iter(pins_for(deployment, constraints)), "") if deployment.pins else ""


def pins_for(deployment: Deployment, constraints: Constraints) -> tuple[str, ...]:
    """Every place that a request may be pinned to, the first choice first; an empty one stands for no pin."""
    own = ("",) if _fits(deployment, deployment.region, constraints) else ()
    return (*own, *(place for place in deployment.pins if _fits(deployment, place, constraints)))


def _fits(deployment: Deployment, place: str, constraints: Constraints) -> bool:
    if not satisfies(place, constraints.residency, deployment.provider):
        return False
    laws = constraints.deny_laws
    return not laws or under(deployment, laws, deployment.provider, place) is None
