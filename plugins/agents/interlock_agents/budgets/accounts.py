"""Holding, settling and releasing, inside a transaction of whoever acts: all of it is done, or nothing is."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from interlock_agents.budgets.amounts import Amounts, amounts_of
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
    if not any(units.values()) or _held(connection, holder) is not None:
        return
    _open(connection, account)
    room = [
        or_(_column(kind, "limit").is_(None), _used(kind) + units[kind] <= _column(kind, "limit"))
        for kind in KINDS
        if units[kind]
    ]
    more = {f"{kind}_held": _column(kind, "held") + units[kind] for kind in KINDS}
    done = connection.execute(update(accounts).where(and_(accounts.c.id == account, *room)).values(**more))
    if done.rowcount != 1:
        raise _over(connection, account, units)
    connection.execute(insert(holds).values(holder=holder, account=account, **units))


def settle(connection: Connection, *, holder: str, spent: Amounts | None = None) -> None:
    """Turn what the holder holds into what was spent, by default all of it. Nothing held is nothing spent."""
    held = _held(connection, holder)
    if held is not None:
        units = {kind: held[kind] for kind in KINDS} if spent is None else spent.units
        _let_go(connection, holder, held, units)


def release(connection: Connection, *, holder: str) -> None:
    """Give back what the holder holds."""
    held = _held(connection, holder)
    if held is not None:
        _let_go(connection, holder, held, dict.fromkeys(KINDS, 0))


def totals(connection: Connection, account: str) -> tuple[Amounts, Amounts]:
    """What is held on the account, and what was spent."""
    row = connection.execute(select(accounts).where(accounts.c.id == account)).mappings().first()
    if row is None:
        return Amounts(), Amounts()
    held, spent = ({kind: row[f"{kind}_{what}"] for kind in KINDS} for what in ("held", "spent"))
    return amounts_of(held), amounts_of(spent)


def _open(connection: Connection, account: str) -> None:
    made = INSERT[connection.dialect.name](accounts).values(id=account)
    connection.execute(made.on_conflict_do_nothing(index_elements=["id"]))


def _held(connection: Connection, holder: str) -> Mapping[str, Any] | None:
    found = connection.execute(select(holds).where(holds.c.holder == holder)).mappings().first()
    return None if found is None else {str(name): value for name, value in found.items()}


def _let_go(connection: Connection, holder: str, held: Mapping[str, Any], spent: Mapping[str, int]) -> None:
    connection.execute(delete(holds).where(holds.c.holder == holder))
    less = {f"{kind}_held": _column(kind, "held") - held[kind] for kind in KINDS}
    more = {f"{kind}_spent": _column(kind, "spent") + spent[kind] for kind in KINDS}
    connection.execute(update(accounts).where(accounts.c.id == held["account"]).values(**less, **more))


def _column(kind: str, what: str) -> Any:
    return accounts.c[f"{kind}_{what}"]


def _used(kind: str) -> Any:
    return _column(kind, "held") + _column(kind, "spent")


def _over(connection: Connection, account: str, units: Mapping[str, int]) -> OverBudget:
    row = connection.execute(select(accounts).where(accounts.c.id == account)).mappings().one()
    left = {
        kind: row[f"{kind}_limit"] - row[f"{kind}_held"] - row[f"{kind}_spent"]
        for kind in KINDS
        if units[kind] and row[f"{kind}_limit"] is not None
    }
    kind = next(kind for kind, rest in left.items() if units[kind] > rest)
    words = amounts_of({**dict.fromkeys(KINDS, 0), kind: max(0, left[kind])})
    rest = getattr(words, kind)
    asked = getattr(amounts_of(dict(units)), kind)
    return OverBudget(
        f"{account} has {rest:g} of its {kind} left, and {asked:g} would have to be held",
        account=account,
        limit=kind,
        left=rest,
    )
