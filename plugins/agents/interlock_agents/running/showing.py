"""A run as its rows tell of it."""

from typing import Any

from sqlalchemy import Connection

from interlock_agents.budgets import Spent, accounts
from interlock_agents.budgets.spent import words
from interlock_agents.ledger.ledger import Ledger
from interlock_agents.memory import Memory
from interlock_agents.running import rows
from interlock_agents.running.options import RunOptions
from interlock_agents.running.state import NodeRun, OpenEffect, Run, Tried, Waiting
from interlock_agents.store import Store

_NEXT = {
    "question": "answer it",
    "approval": "approve or deny it",
    "effect": "look whether it has happened, and say so",
    "calls": "give the run a higher limit, or end it here",
    "budget": "give the run a larger budget, or end it here",
}


class Showing:
    """Makes a `Run` of what the store has."""

    def __init__(self, store: Store, memory: Memory, ledger: Ledger) -> None:
        self._store = store
        self._memory = memory
        self._ledger = ledger

    async def run(self, run: str) -> Run | None:
        """The run as it stands; None where there is none."""

        def work(connection: Connection) -> dict[str, Any] | None:
            row = rows.read(connection, run)
            if row is None:
                return None
            plan = rows.plan_of(connection, run)
            return {
                "row": row,
                "states": rows.states(connection, run),
                "tried": rows.approaches_of(connection, run),
                "waits": rows.waits(connection, run),
                "account": accounts.report(connection, run),
                "version": 1 if plan is None else plan["version"],
            }

        found = await self._store.run(work)
        if found is None:
            return None
        values = {each.node: each.value for each in await self._memory.all(run) if not each.place}
        effects = await self._ledger.open(run)
        row, options = found["row"], RunOptions.read(found["row"]["options"])
        account: Spent = found["account"]
        return Run(
            id=run,
            goal=row["goal"],
            state=row["state"],
            why=row["why"],
            nodes={each["node"]: _node(each, found["tried"]) for each in found["states"]},
            values=values,
            spent=account.spent,
            held=account.held,
            limit=options.limit,
            effects=tuple(OpenEffect(id=each.id, tool=each.tool, state=each.state) for each in effects),
            waiting_for=tuple(map(_waiting, found["waits"])),
            plan_version=found["version"],
            warning=_warning(account),
            by_policy=options.drive == "policy",
            created=row["created"],
            updated=row["updated"],
        )


def _warning(account: Spent) -> str:
    parts = [
        f"{words(kind, account.used(kind))} of {words(kind, account.limits[kind])}" for kind in account.near
    ]
    return f"used: {', '.join(parts)}" if parts else ""


def _node(row: Any, tried: Any) -> NodeRun:
    return NodeRun(
        id=row["node"],
        do=row["kind"],
        state=row["state"],
        why=row["why"],
        tried=tuple(
            Tried(approach=each.number, rung=each.rung, why=each.why) for each in tried.get(row["node"], ())
        ),
        started=row["started"],
        ended=row["ended"],
    )


def _waiting(row: Any) -> Waiting:
    return Waiting(
        node=row["node"],
        kind=row["kind"],
        id=row["subject"] or f"{row['run']}/{row['place']}",
        text=row["text"],
        next=_NEXT[row["kind"]],
        since=row["at"],
    )
