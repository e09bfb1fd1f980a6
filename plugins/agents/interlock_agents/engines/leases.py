"""Who works on a run: one execution at a time, in whichever process, by one row that each changes at once."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, Table, literal_column, select, update

from interlock_agents.engines.executions import Lease, Left
from interlock_agents.engines.owners import surely_gone
from interlock_agents.engines.strands import LeaseLost
from interlock_sql.building import INSERT, text

_CLOCKS = {
    "sqlite": "((julianday('now') - 2440587.5) * 86400.0)",
    "postgresql": "extract(epoch from clock_timestamp())::float8",
}


class Leases:
    """The rows of one table, inside transactions that write."""

    def __init__(self, table: Table, *, seconds: float) -> None:
        """`seconds`: how long a lease holds that is not renewed."""
        self._table = table
        self._seconds = seconds

    def claim(self, connection: Connection, run: str, owner: str, *, seen: int | None = None) -> Lease:
        """Take the run if nobody has it, or nobody who is alive.

        `seen`: how many executions it had when another one was found to have it. If that one has left it
        suspended, so it is for whoever has waited for it.
        """
        table = self._table
        made: Any = INSERT[connection.dialect.name](table).values(
            run=run, epoch=0, state="free", owner="", until=0.0, reason=""
        )
        connection.execute(made.on_conflict_do_nothing())
        valid = self._now(connection) < table.c.until
        wanted = select(table.c.epoch, table.c.state, table.c.owner, table.c.reason, valid)
        row = connection.execute(wanted.where(table.c.run == run).with_for_update()).one()
        epoch, state, holder, reason, holds = row
        if state == "ended":
            return Lease(epoch=epoch, state="ended")
        if state == "held" and holds and not surely_gone(holder):
            return Lease(epoch=epoch, state="busy")
        if state == "suspended" and seen == epoch:
            return Lease(epoch=epoch, state="suspended", reason=reason)
        connection.execute(
            update(table)
            .where(table.c.run == run)
            .values(epoch=epoch + 1, state="held", owner=owner, until=self._until(connection), reason="")
        )
        return Lease(epoch=epoch + 1, state="held")

    def keep(self, connection: Connection, run: str, epoch: int) -> None:
        """Have it for as long as a lease holds from now on. Raises LeaseLost.

        `epoch`: how many executions there have been with the one that asks.
        """
        self._change(connection, run, epoch, until=self._until(connection))

    def leave(self, connection: Connection, run: str, epoch: int, state: Left, *, reason: str = "") -> None:
        """Let go of it. Raises LeaseLost.

        `epoch`: how many executions there have been with the one that asks.
        """
        self._change(connection, run, epoch, state=state, until=0.0, reason=text(reason) or "")

    def unfinished(self, connection: Connection) -> list[str]:
        """The runs that have not ended."""
        table = self._table
        return list(
            connection.execute(
                select(table.c.run).where(table.c.state != "ended").order_by(table.c.run)
            ).scalars()
        )

    def _change(self, connection: Connection, run: str, epoch: int, **values: object) -> None:
        table = self._table
        mine = update(table).where(table.c.run == run, table.c.epoch == epoch, table.c.state == "held")
        if connection.execute(mine.values(**values)).rowcount != 1:
            raise LeaseLost(f"another execution has taken over the run {run!r}")

    def _now(self, connection: Connection) -> ColumnElement[float]:
        return literal_column(_CLOCKS[connection.dialect.name], Float)

    def _until(self, connection: Connection) -> ColumnElement[float]:
        return self._now(connection) + self._seconds
