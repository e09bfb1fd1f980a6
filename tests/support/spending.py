"""Whoever draws on an account at the same time as others, in a process of its own too."""

import asyncio
from collections.abc import Sequence

from sqlalchemy import Connection

from interlock_agents.budgets import Amounts, Spent
from interlock_agents.budgets.accounts import hold, release, report, settle
from interlock_agents.errors import OverBudget
from interlock_agents.store import Store


async def draw(store: Store, account: str, holders: Sequence[str], amounts: Amounts) -> list[Spent]:
    """Hold the amounts for each of them as far as there is room, spend every second one and give back every
    third; the account as it was after each step.
    """
    seen: list[Spent] = []

    def step(connection: Connection, holder: str, number: int) -> None:
        hold(connection, holder=holder, account=account, amounts=amounts)
        seen.append(report(connection, account))
        if number % 2:
            settle(connection, holder=holder)
        elif number % 3 == 0:
            release(connection, holder=holder)
        seen.append(report(connection, account))

    for number, holder in enumerate(holders):
        try:
            await store.run(lambda each, h=holder, n=number: step(each, h, n))  # type: ignore[misc]  # as said
        except OverBudget:
            seen.append(await store.read(lambda each: report(each, account)))
    return seen


def drawn(url: str, account: str, holders: Sequence[str], usd: float) -> list[float]:
    """What was used of the money after each step, for a process of its own."""

    async def work() -> list[float]:
        store = Store.open(url)
        try:
            return [
                each.used("usd") for each in await draw(store, account, holders, Amounts(usd=usd, calls=1))
            ]
        finally:
            await store.aclose()

    return asyncio.run(work())
