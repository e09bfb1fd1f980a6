"""What a key forbids, as a rule of the router: it binds whatever is asked on a request's behalf."""

from interlock import Constraints, StoreError
from interlock.protocols import API, ConstraintCall, SurveyCall
from interlock_server.principals import KEY, Identities, Principal


class KeyConstraint:
    """Excludes what the key that a request was made with does not allow: models, tasks, ensembles. It looks
    the key up each time, and so before each attempt: one that was revoked meanwhile allows nothing more.

    A request that carries no key is none of the server's, and nothing is said of it.
    """

    api = API
    name = "server_key"
    fixed = False

    def __init__(self, identities: Identities) -> None:
        self._identities = identities

    def idle(self, call: SurveyCall) -> bool:
        id_ = call.request.metadata.get(KEY)
        if id_ is None:
            return True
        try:
            principal = self._identities.by_id(id_)
        except StoreError:
            return False
        return (
            principal is not None
            and principal.models is None
            and principal.tasks is None
            and _within(call.constraints, principal)
        )

    def check(self, call: ConstraintCall) -> str | None:
        id_ = call.request.metadata.get(KEY)
        if id_ is None:
            return None
        try:
            principal = self._identities.by_id(id_)
        except StoreError:
            return f"what the key {id_} allows cannot be looked up now"
        if principal is None:
            return f"the key {id_} has expired, or was revoked"
        return _forbidden(principal, call)


def _forbidden(principal: Principal, call: ConstraintCall) -> str | None:
    whose = f"the key {principal.id}"
    if principal.tasks is not None and call.task not in principal.tasks:
        return f"{whose} is for {_listed(principal.tasks)} alone, and the task is {call.task}"
    ensemble = call.request.ensemble
    if isinstance(ensemble, str) and not principal.may_ask(ensemble):
        return f"{whose} does not allow the ensemble {ensemble}"
    if not principal.may_have(call.deployment):
        return f"{whose} does not allow {call.deployment.card.id}"
    if not _within(call.constraints, principal):
        return f"the request is not under the constraints of {whose}"
    return None


def _within(constraints: Constraints, principal: Principal) -> bool:
    """Whether what a request is bound to is no looser than its key: as it was made, and as it is by now."""
    wanted = principal.constraints
    return wanted.is_free or constraints.tightened(wanted) == constraints


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
