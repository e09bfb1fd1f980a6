"""What a database is asked about limits: each exchange in one transaction, over a document for each limit."""

from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, delete, select

from interlock import StoreError
from interlock.limits import KEPT, exchange
from interlock.types.limits import LimitsCall, LimitsReply, SharedLimit
from interlock_sql.address import Address
from interlock_sql.clocks import seconds
from interlock_sql.connected import INSERT, Connected
from interlock_sql.engines import writing
from interlock_sql.limits_tables import LIMITS, documents

_SWEEP = 60.0  # seconds between two looks for what may be forgotten
_ROWS = 1_000  # that are forgotten at once
_TRIES = 3


class LimitsDatabase(Connected):
    """Keeps limits, each in a row that is one exchange's at a time."""

    def __init__(self, address: Address) -> None:
        super().__init__(address, migrations=LIMITS, patience=1.0)
        self._writing = writing(self.engine)
        self._swept = 0.0

    def exchange(self, call: LimitsCall) -> LimitsReply:
        limits = {each.name: each for line in call.lines for each in line.limits}
        with self.told(), self._writing.begin() as connection:
            found = _locked(connection, sorted(limits))
            # Once the rows are ours: nobody counts after us what was sent before.
            now = seconds(connection)
            reply = exchange(found, call, now)
            rows = [
                {"name": name, "document": found[name], "forget": now + _kept(limits[name], call)}
                for name in sorted(limits)
            ]
            if rows:
                _put(connection, rows)
        if now - self._swept > _SWEEP:
            self._swept = now
            self._sweep(now)
        return reply

    def _sweep(self, now: float) -> None:
        """Forget what is over, but for what others are just looking at; another time will do as well."""
        gone = select(documents.c.name).where(documents.c.forget < now).limit(_ROWS)
        gone = gone.with_for_update(skip_locked=True)
        with suppress(StoreError), self.told(), self._writing.begin() as connection:
            connection.execute(delete(documents).where(documents.c.name.in_(gone)))


def _locked(connection: Connection, names: list[str]) -> dict[str, dict[str, Any]]:
    """The documents, each locked, always in the same order. In PostgreSQL, one that is not there is made
    first, or two exchanges would both find none.
    """
    if not names:
        return {}
    wanted = select(documents).where(documents.c.name.in_(names)).order_by(documents.c.name)
    if connection.dialect.name != "postgresql":
        return {row.name: row.document for row in connection.execute(wanted)}
    wanted = wanted.with_for_update()
    for _ in range(_TRIES):
        found = {row.name: row.document for row in connection.execute(wanted)}
        missing = [name for name in names if name not in found]
        if not missing:
            return found
        empty = [{"name": name, "document": {}, "forget": 0.0} for name in missing]
        insert = INSERT["postgresql"](documents).on_conflict_do_nothing(index_elements=["name"])
        connection.execute(insert, empty)
    raise StoreError("its documents go as soon as they are made")


def _kept(limit: SharedLimit, call: LimitsCall) -> float:
    """Seconds from now for which its document is worth keeping."""
    return max([call.lease, *(rate.seconds for rate in limit.rates)]) + KEPT


def _put(connection: Connection, rows: list[dict[str, Any]]) -> None:
    insert = INSERT[connection.dialect.name](documents)
    new = {name: insert.excluded[name] for name in ("document", "forget")}
    connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=new), rows)
