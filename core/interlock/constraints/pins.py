"""Fields of a request with which a vendor keeps it in a place: which of them a request asks for."""

from interlock.constraints.destinations import under
from interlock.types.jurisdictions import lies_in, satisfies
from interlock.types.models import Deployment
from interlock.types.request import Constraints


def pin_for(deployment: Deployment, constraints: Constraints) -> str:
    """The place that a request is pinned to. Empty where the deployment's own places will do, and where no
    pin makes them do.

    A pin narrows where the deployment processes, and leads nowhere else: what every other rule has said of
    its region holds of the place, too.
    """
    return next(iter(pins_for(deployment, constraints)), "") if deployment.pins else ""


def pins_for(deployment: Deployment, constraints: Constraints) -> tuple[str, ...]:
    """Every place that a request may be pinned to, the first choice first; an empty one stands for no pin."""
    region, provider = deployment.region, deployment.provider
    own = ("",) if _fits(deployment, region, constraints) else ()
    inside = (place for place in deployment.pins if lies_in(place, region, provider))
    return (*own, *(place for place in inside if _fits(deployment, place, constraints)))


def _fits(deployment: Deployment, place: str, constraints: Constraints) -> bool:
    if not satisfies(place, constraints.residency, deployment.provider):
        return False
    laws = constraints.deny_laws
    return not laws or under(deployment, laws, deployment.provider, place) is None
