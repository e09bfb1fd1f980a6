"""The tables, as queries see them. Migrations make them; a test holds the two together.

`body` is the whole record as JSON; everything beside it is there for people, and for finding records. Every
database has all tables, so that records and a log may share one.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)

metadata = MetaData()

# SQLite counts by itself in columns of its own kind alone.
_Number = BigInteger().with_variant(Integer, "sqlite")

REVISIONS = ("0001", "0002", "0003", "0004", "0005")
"""Every migration, the last one being that which makes the tables below."""

VERSION_TABLE = "interlock_version"

records = Table(
    "records",
    metadata,
    Column("id", Text, primary_key=True),
    Column("started", DateTime(timezone=True)),
    Column("seconds", Double, nullable=False),
    Column("task", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("deployment", Text),
    Column("model", Text),
    Column("outcome", Text, nullable=False, server_default="answer"),
    Column("error", Text),
    Column("latency", Double, nullable=False),
    Column("input_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    Column("cost", Double),
    Column("streamed", Boolean, nullable=False),
    Column("run", Text),
    Column("step", Text),
    Column("body", JSON, nullable=False),
    Index("records_by_time", "seconds", "id"),
    Index("records_by_task", "task", "seconds"),
    Index("records_by_run", "run", "seconds"),
)


def _record() -> Column[str]:
    return Column("record", Text, ForeignKey("records.id", ondelete="CASCADE"), primary_key=True)


attempts = Table(
    "attempts",
    metadata,
    _record(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("deployment", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("started", DateTime(timezone=True)),
    Column("latency", Double, nullable=False),
    Column("first_token", Double),
    Column("input_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    Column("cost", Double),
    Column("served_model", Text),
    Column("outcome", Text, nullable=False, server_default="answer"),
    Column("error", Text),
    Column("status", Integer),
    Column("message", Text),
    Column("region", Text),
    Column("pinned", Text),
    Column("evidenced", Text),
    Column("incident", Text),
    Index("attempts_by_deployment", "deployment", "record"),
)

exclusions = Table(
    "exclusions",
    metadata,
    _record(),
    Column("deployment", Text, primary_key=True),
    Column("rule", Text),
    Column("sentence", Text, nullable=False),
)

labels = Table(
    "labels",
    metadata,
    _record(),
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Index("labels_by_value", "name", "value"),
)

log = Table(
    "log",
    metadata,
    Column("number", _Number, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("at", DateTime(timezone=True)),
    Column("seconds", Double, nullable=False),
    Column("call", Text),
    Column("run", Text),
    Column("step", Text),
    Column("attempt", Integer),
    Column("facts", JSON, nullable=False),
    Index("log_by_time", "seconds"),
    Index("log_by_call", "call"),
    Index("log_by_run", "run"),
    sqlite_autoincrement=True,
)
