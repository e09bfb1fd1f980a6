"""The tables, as queries see them, and as they are made in a new database. One that is older is brought there
by migrations; tests hold the two together.

`body` is the whole record as JSON; everything beside it is there for people, and for finding records. Every
database has all tables, so that records and a log may share one.
"""

from sqlalchemy import (
    DDL,
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
    event,
    text,
)

metadata = MetaData()

# SQLite counts by itself in columns of its own kind alone.
_Number = BigInteger().with_variant(Integer, "sqlite")

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
    Column("outcome", Text, nullable=False, server_default=text("'answer'")),
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
    Index("records_by_task", "task", "seconds", "id"),
)


def _record() -> Column[str]:
    return Column("record", Text, ForeignKey("records.id", ondelete="CASCADE"), primary_key=True)


def _seconds() -> Column[float]:
    """When the call began, as in its record: rows are read in this order."""
    return Column("seconds", Double, nullable=False, server_default=text("0"))


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
    Column("outcome", Text, nullable=False, server_default=text("'answer'")),
    Column("error", Text),
    Column("status", Integer),
    Column("message", Text),
    Column("region", Text),
    Column("pinned", Text),
    Column("evidenced", Text),
    Column("incident", Text),
    _seconds(),
    Index("attempts_by_deployment", "deployment", "seconds", "record"),
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
    _seconds(),
    Index("labels_by_value", "name", "value", "seconds", "record"),
)

tallied = Table(
    "tallied",
    metadata,
    Column("every", BigInteger, primary_key=True, autoincrement=False),
    Column("by", Text, primary_key=True),
    Column("part", BigInteger, primary_key=True, autoincrement=False),
)
"""Which stretches of time, the `part`th of `every` seconds since the epoch, have been counted: `by` is empty
for nothing but task and deployment, or says by which metadata key, as `=customer`.
"""

tallies = Table(
    "tallies",
    metadata,
    Column("every", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("part", BigInteger, nullable=False),
    Column("task", Text, nullable=False),
    Column("deployment", Text),
    Column("label", Text),
    *(Column(name, BigInteger, nullable=False) for name in ("calls", "errors", "left")),
    Column("latency", Double, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in ("input_tokens", "output_tokens")),
    Column("cost", Double, nullable=False),
    Column("unpriced", BigInteger, nullable=False),
    Index("tallies_by_part", "every", "by", "part"),
)
"""What was counted in them."""

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


def _with(table: Table, statement: str, dialect: str | None = None) -> None:
    """Have a table be made with what the statement makes."""
    made = DDL(statement)  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types
    event.listen(table, "after_create", made.execute_if(dialect=dialect))


# As an `Index`, each would have to name PostgreSQL's dialect, whose 2 MB SQLite does without.
_PARTIAL = (
    "CREATE INDEX records_by_run ON records (run, seconds, id) WHERE run IS NOT NULL",
    "CREATE INDEX records_by_error ON records (seconds, id) WHERE error IS NOT NULL",
)
for _statement in _PARTIAL:
    _with(records, _statement)

_WHY = "the log is appended to alone"
_REFUSALS = {
    "sqlite": (
        f"CREATE TRIGGER log_stays BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, '{_WHY}'); END",
        f"CREATE TRIGGER log_is_fixed BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, '{_WHY}'); END",
    ),
    "postgresql": (
        f"""CREATE OR REPLACE FUNCTION interlock_log_refuses() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{_WHY}'; END $$""",
        """CREATE TRIGGER log_stays BEFORE DELETE OR TRUNCATE ON log
        EXECUTE FUNCTION interlock_log_refuses()""",
        """CREATE TRIGGER log_is_fixed BEFORE UPDATE ON log
        EXECUTE FUNCTION interlock_log_refuses()""",
    ),
}
for _dialect, _statements in _REFUSALS.items():
    for _statement in _statements:
        _with(log, _statement, _dialect)
