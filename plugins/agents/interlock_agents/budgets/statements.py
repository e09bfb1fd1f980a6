"""The statements of accounts."""

from typing import Any

from sqlalchemy import BigInteger, Text, bindparam, delete, or_, update

from interlock_agents.budgets.tables import KINDS, accounts, holds
from interlock_agents.prepared import Prepared
from interlock_sql.building import INSERT


def _number(name: str) -> Any:
    return bindparam(name, type_=BigInteger)


def _column(kind: str, what: str) -> Any:
    return accounts.c[f"{kind}_{what}"]


def _has_room(kind: str) -> Any:
    """A kind of which nothing more is wanted has room, however far its limit was lowered."""
    limit, more = _column(kind, "limit"), _number(kind)
    used = _column(kind, "held") + _column(kind, "spent")
    return or_(limit.is_(None), more == 0, used + more <= limit)


_ACCOUNT = accounts.c.id == bindparam("account", type_=Text)
_HOLDER = holds.c.holder == bindparam("its_holder", type_=Text)

TAKE = Prepared(
    update(accounts)
    .where(_ACCOUNT, *(_has_room(kind) for kind in KINDS))
    .values({f"{kind}_held": _column(kind, "held") + _number(kind) for kind in KINDS})
)
"""Adds to what is held, if there is an account with room for it: `account`, and the kinds."""

BOOK = Prepared(
    update(accounts)
    .where(_ACCOUNT)
    .values(
        {f"{kind}_held": _column(kind, "held") - _number(f"less_{kind}") for kind in KINDS}
        | {f"{kind}_spent": _column(kind, "spent") + _number(f"more_{kind}") for kind in KINDS}
    )
)
"""Takes from what is held, and adds to what was spent: `account`, and the kinds after `less_` and `more_`."""

GIVE_BACK = Prepared(delete(holds).where(_HOLDER).returning(*holds.c))
"""Removes what `its_holder` holds, and says what it was."""

_KEPT = {
    **{name: bindparam(name) for name in ("holder", "account")},
    **{kind: _number(kind) for kind in KINDS},
}

KEEP = {
    dialect: Prepared(insert(holds).values(_KEPT).on_conflict_do_nothing(index_elements=["holder"]))
    for dialect, insert in INSERT.items()
}
"""Dialect -> keeps for `holder` the kinds of an `account`, where nothing is kept for it yet."""
