"""Where a vendor says that it processed a request, held against where that may be."""

from collections.abc import Callable

from interlock.constraints.destinations import under
from interlock.protocols import API, ConstraintCall, SurveyCall
from interlock.types.identifiers import identifier
from interlock.types.jurisdictions import GLOBAL, LOCAL, lies_in, satisfies
from interlock.types.models import Deployment
from interlock.types.request import Constraints

UNRECOGNISED = "unrecognised"
"""Stands for words of a vendor that have not the shape of a place's name."""


def told(said: str | None) -> str | None:
    """What a vendor says of a place, as it may be kept; None where it says nothing."""
    if said is None:
        return None
    place = identifier(said.strip().lower())
    # Nobody's server runs in our process.
    return UNRECOGNISED if place is None or LOCAL in place.split("+") else place


def breach(
    evidenced: str, deployment: Deployment, constraints: Constraints, pinned: str | None = None
) -> str | None:
    """What is wrong with an answer that was made there, in a sentence; None where the residency allows it,
    and no law reaches it there that is denied.

    `evidenced` is as `told` gives it. `pinned` is where the vendor was told to keep the request.
    """
    allowed, laws, provider = constraints.residency, constraints.deny_laws, deployment.provider
    if not satisfies(evidenced, allowed, provider):
        wrong = f"the residency allows {' or '.join(sorted(allowed))} only"
    elif laws and under(deployment, laws, provider, evidenced) is not None:
        wrong = f"the law of {' and '.join(sorted(laws))} is denied"
    else:
        return None
    declared = f"declared as {deployment.region}{f', pinned to {pinned}' if pinned else ''}"
    return f"{_processed(evidenced)} by the vendor's own word, and {declared}; {wrong}"


def contradicts(evidenced: str, deployment: Deployment, pinned: str | None = None) -> bool:
    """Whether an answer was made outside the places in which its deployment is declared to process, or
    outside the one that the request was `pinned` to.
    """
    return not lies_in(evidenced, pinned or deployment.region, deployment.provider)


def _processed(evidenced: str) -> str:
    if evidenced == GLOBAL:
        return "processed anywhere"
    where = "a place that nobody knows" if evidenced == UNRECOGNISED else evidenced
    return f"processed in {where}"


class Evidence:
    """Keeps requests that are bound to places from deployments whose vendors were seen to process elsewhere.

    `against` says in a sentence what is held against a deployment, `silent` that nothing is against any, and
    `placed` that something else says where a request may be processed.
    """

    api = API
    name = "evidence"
    fixed = False

    def __init__(
        self,
        against: Callable[[str], str | None],
        silent: Callable[[], bool],
        placed: Callable[[SurveyCall | ConstraintCall], bool] = lambda _: False,
    ) -> None:
        self._against = against
        self._silent = silent
        self._placed = placed

    def idle(self, call: SurveyCall) -> bool:
        return self._silent() or not self._bound(call)

    def check(self, call: ConstraintCall) -> str | None:
        said = self._against(call.deployment.id)
        return said if said is not None and self._bound(call) else None

    def _bound(self, call: SurveyCall | ConstraintCall) -> bool:
        """Whether it matters where a request is processed."""
        return bool(call.constraints.residency or call.constraints.deny_laws) or self._placed(call)
