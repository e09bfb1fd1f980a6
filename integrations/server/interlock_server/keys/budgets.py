"""What a key may use in a minute, an hour, a day or a month, for the router's ledger to count by."""

from collections.abc import Sequence

from interlock import Request
from interlock.protocols import API
from interlock.types.budgets import Budget
from interlock_server.principals import KEY, Identities, Principal

_NONE: tuple[Budget, ...] = ()


class KeyBudgets:
    """The limits of the key that a request was made with, as budgets. Where keys cannot be looked up, it
    raises, and nothing is sent.

    Limits that change go on from what the key has used in the window.
    """

    api = API
    name = "server_key"

    def __init__(self, identities: Identities) -> None:
        self._identities = identities
        self._made: dict[str, tuple[Principal, tuple[Budget, ...]]] = {}

    def budgets(self, request: Request) -> Sequence[Budget]:
        id_ = request.metadata.get(KEY)
        if id_ is None:
            return _NONE
        principal = self._identities.by_id(id_)
        if principal is None or not principal.limits:
            return _NONE  # one that is nobody's is refused by the rule of keys
        made = self._made.get(id_)
        if made is None or made[0] is not principal:
            made = self._made[id_] = (principal, budgets_of(principal))
        return made[1]


def budgets_of(principal: Principal) -> tuple[Budget, ...]:
    """A budget for each of their limits."""
    return tuple(
        Budget(
            id=f"the key {principal.id} per {limit.per}",
            per=limit.per,
            usd=limit.usd,
            tokens=limit.tokens,
            requests=limit.requests,
            where={KEY: principal.id},
        )
        for limit in principal.limits
    )
