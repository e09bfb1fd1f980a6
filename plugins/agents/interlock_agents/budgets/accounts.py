"""Holding, settling and releasing, inside a transaction of whoever acts: all of it is done, or nothing is."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from interlock_agents.budgets.amounts import Amounts, amounts_of
from interlock_agents.budgets.spent import Spent, words
from interlock_agents.budgets.statements import BOOK, GIVE_BACK, KEEP, TAKE
from interlock_agents.budgets.tables import KINDS, accounts, holds
from interlock_agents.errors import OverBudget
from interlock_sql.building import INSERT


def limit(connection: Connection, account: str, **limits: float | None) -> None:
    """Open the account, or change its limits: `usd`, `tokens`, `seconds`, `calls`. None is without a limit.

    Raises:
        RequestError: a limit is no amount.
    """
    given = {name: value for name, value in limits.items() if value is not None}
    units = Amounts(**given).units  # type: ignore[arg-type]  # numbers of either kind, checked there
    values = {f"{name}_limit": units[name] if name in given else None for name in limits}
    _open(connection, account)
    connection.execute(update(accounts).where(accounts.c.id == account).values(**values))


def hold(connection: Connection, *, holder: str, account: str, amounts: Amounts) -> None:
    """Have the amounts of the account kept for the holder. Held already, they stay as they are.

    Raises:
        OverBudget: spent and held together would exceed a limit. Nothing is held then.
    """
    units = amounts.units
    if not any(units.values()):
        return
    values = {"holder": holder, "account": account, **units}
    if KEEP[connection.dialect.name].execute(connection, values) == 0:
        return
    if not _take(connection, account, units):
        _open(connection, account)
        while not _take(connection, account, units):
            # Between the two, somebody else may have given back what was missing.
            if error := _over(connection, account, units):
                GIVE_BACK.execute(connection, {"its_holder": holder})
                raise error


def settle(connection: Connection, *, holder: str, spent: Amounts | None = None) -> None:
    """Turn what the holder holds into what was spent, by default all of it. Nothing held is nothing spent.

    What was spent is counted whole, though it be more than what was held.
    """
    held = _given_back(connection, holder)
    if held is not None:
        units = {kind: held[kind] for kind in KINDS} if spent is None else spent.units
        _book(connection, held, units)


def release(connection: Connection, *, holder: str) -> None:
    """Give back what the holder holds."""
    held = _given_back(connection, holder)
    if held is not None:
        _book(connection, held, dict.fromkeys(KINDS, 0))


def close(connection: Connection, account: str) -> None:
    """Count as spent what is still held on the account: its run is over, and nobody saw the end of it."""
    for holder in (
        connection.execute(select(holds.c.holder).where(holds.c.account == account)).scalars().all()
    ):
        settle(connection, holder=holder)


def report(connection: Connection, account: str) -> Spent:
    """What the account may have, has spent, and holds. One that nobody opened has no limit and nothing."""
    row = connection.execute(select(accounts).where(accounts.c.id == account)).mappings().first()
    if row is None:
        return Spent(account=account)
    spent, held = (amounts_of({kind: row[f"{kind}_{what}"] for kind in KINDS}) for what in ("spent", "held"))
    limits = {kind: row[f"{kind}_limit"] for kind in KINDS}
    most = amounts_of({kind: limit or 0 for kind, limit in limits.items()})
    known = {kind: getattr(most, kind) for kind, limit in limits.items() if limit is not None}
    return Spent(account=account, limits=known, spent=spent, held=held)


def totals(connection: Connection, account: str) -> tuple[Amounts, Amounts]:
    """What is held on the account, and what was spent."""
    known = report(connection, account)
    return known.held, known.spent


def _open(connection: Connection, account: str) -> None:
    made = INSERT[connection.dialect.name](accounts).values(id=account)
    connection.execute(made.on_conflict_do_nothing(index_elements=["id"]))


def _take(connection: Connection, account: str, units: Mapping[str, int]) -> bool:
    """Add to what is held, if there is an account and room on it, in one statement."""
    return TAKE.execute(connection, {"account": account, **units}) == 1


def _given_back(connection: Connection, holder: str) -> Mapping[str, Any] | None:
    """What was held, to whoever removes it first."""
    return next(iter(GIVE_BACK.rows(connection, {"its_holder": holder})), None)


def _book(connection: Connection, held: Mapping[str, Any], spent: Mapping[str, int]) -> None:
    less = {f"less_{kind}": held[kind] for kind in KINDS}
    more = {f"more_{kind}": spent[kind] for kind in KINDS}
    BOOK.execute(connection, {"account": held["account"], **less, **more})


def _over(connection: Connection, account: str, units: Mapping[str, int]) -> OverBudget | None:
    """Which limit would be exceeded; None where there is room by now."""
    known, wanted = report(connection, account), amounts_of(units)
    for kind in KINDS:
        left, asked = known.left(kind), getattr(wanted, kind)
        if left is not None and asked > left:
            of_it = words(kind, known.limits[kind])
            return OverBudget(
                f"{account} has {words(kind, left)} left of {of_it}, and {words(kind, asked)} would have to "
                f"be held; {_used(known)}; give it more, or ask for less",
                account=account,
                limit=kind,
                left=left,
                asked=asked,
                spent=known.spent,
            )
    return None


def _used(known: Spent) -> str:
    """What was spent so far, of everything, and what is held."""
    told = []
    for name, amounts in (("spent", known.spent), ("held", known.held)):
        some = [words(kind, value) for kind in KINDS if (value := getattr(amounts, kind))]
        told.append(f"{', '.join(some) or 'nothing'} is {name}")
    return " and ".join(told)
