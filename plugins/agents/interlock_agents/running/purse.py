"""Calls and money of runs: held before each call, settled after it, never above what the run may have."""

from collections.abc import Mapping

from sqlalchemy import Connection

from interlock_agents.budgets import Amounts, Spent
from interlock_agents.budgets import accounts as books
from interlock_agents.engines import Suspended
from interlock_agents.running import rows
from interlock_agents.store import Store

Limits = Mapping[str, Mapping[str, float | None] | None]
"""Accounts that pay, and the limits that they are to have; None leaves an account's as they are."""


class Purse:
    """The accounts of runs, and of those of their nodes that have a budget."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def begin(self, holder: str, held: Amounts, payers: Limits) -> Spent:
        """Hold this for a call that is about to be made, on each of the accounts, or on none.

        What the same holder held before belongs to a call that nobody saw the end of: it is spent.

        Returns:
            How the first of the accounts stands then.

        Raises:
            OverBudget: there is not as much left.
            Suspended: the run was cancelled.
        """

        def work(connection: Connection) -> Spent:
            if rows.is_cancelled(connection, next(iter(payers))):
                raise Suspended("the run was cancelled")
            for account, limits in payers.items():
                if limits is not None:
                    books.limit(connection, account, **limits)
                books.settle(connection, holder=_name(holder, account))
                books.hold(connection, holder=_name(holder, account), account=account, amounts=held)
            return books.report(connection, next(iter(payers)))

        return await self._store.run(work)

    async def end(self, holder: str, spent: Amounts, payers: Limits) -> None:
        """Turn what is held for the call into what it has cost."""

        def work(connection: Connection) -> None:
            for account in payers:
                books.settle(connection, holder=_name(holder, account), spent=spent)

        await self._store.run(work)


def _name(holder: str, account: str) -> str:
    return f"{holder} of {account}"
