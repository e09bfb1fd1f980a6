"""The log. Its rows are never changed, and the database itself refuses to."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "log",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True)),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("call", sa.Text),
        sa.Column("run", sa.Text),
        sa.Column("step", sa.Text),
        sa.Column("attempt", sa.Integer),
        sa.Column("facts", sa.JSON, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("log_by_time", "log", ["seconds"])
    op.create_index("log_by_call", "log", ["call"])
    op.create_index("log_by_run", "log", ["run"])
    for statement in _REFUSALS[op.get_bind().dialect.name]:
        op.execute(statement)


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
