"""What the server's keys add to a router."""

from collections.abc import Iterable

from interlock import hookimpl
from interlock.protocols import BudgetSource, Constraint
from interlock_server.keys.budgets import KeyBudgets
from interlock_server.keys.constraint import KeyConstraint
from interlock_server.principals import Identities


class KeyRules:
    """A plugin of one router, as in `Router.from_config(plugins=[KeyRules(identities)])`: it holds the
    requests of every principal to what their key allows, and has the ledger count by its limits.
    """

    def __init__(self, identities: Identities) -> None:
        self._identities = identities

    @hookimpl
    def interlock_constraints(self) -> Iterable[Constraint]:
        return [KeyConstraint(self._identities)]

    @hookimpl
    def interlock_budgets(self) -> Iterable[BudgetSource]:
        return [KeyBudgets(self._identities)]
