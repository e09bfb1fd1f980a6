"""How calls and attempts ended. What its caller left, or what lost a race, stood among the errors."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_LEAVING = ("CancelledError", "GeneratorExit", "KeyboardInterrupt", "SystemExit")
_LEFT = "left by the caller"

_records = sa.table(
    "records", sa.column("id"), sa.column("error"), sa.column("outcome"), sa.column("body", sa.JSON)
)
_attempts = sa.table(
    "attempts",
    *(sa.column(name) for name in ("record", "number", "error", "outcome", "message")),
)


def upgrade() -> None:
    for table in (_records, _attempts):
        op.add_column(
            table.name, sa.Column("outcome", sa.Text, nullable=False, server_default=sa.text("'answer'"))
        )
        op.execute(sa.update(table).where(table.c.error.is_not(None)).values(outcome="error"))
    for each, outcome in (
        (sa.and_(_attempts.c.error == "InterlockError", _attempts.c.message == _LEFT), "left"),
        (_attempts.c.error == "LostRace", "lost"),
    ):
        op.execute(sa.update(_attempts).where(each).values(outcome=outcome, error=None))
    _rewrite(op.get_bind())


def _rewrite(connection: sa.Connection) -> None:
    """The records among them as this version would have written them."""
    left = _records.c.error.in_(_LEAVING)
    among = _records.c.id.in_(sa.select(_attempts.c.record).where(_attempts.c.outcome.in_(("left", "lost"))))
    for key, error, body in connection.execute(
        sa.select(_records.c.id, _records.c.error, _records.c.body).where(sa.or_(left, among))
    ).all():
        values: dict[str, Any] = {"body": body}
        if error in _LEAVING:
            values |= {"outcome": "left", "error": None}
            body["cancelled"] = body.pop("error")
        for attempt in body.get("attempts", ()):
            told = attempt.get("error") or {}
            if told.get("kind") == "LostRace" or told.get("message") == _LEFT:
                attempt["cancelled"] = attempt.pop("error")["message"]
        connection.execute(sa.update(_records).where(_records.c.id == key).values(values))
