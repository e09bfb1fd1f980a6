"""What keeps ten million records quick: pages of a deployment's or a label's calls in order, and sums."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    for table in ("attempts", "labels"):
        op.add_column(table, sa.Column("seconds", sa.Double, nullable=False, server_default=sa.text("0")))
        op.execute(
            f"UPDATE {table} SET seconds = "  # noqa: S608 - our own names
            f"(SELECT records.seconds FROM records WHERE records.id = {table}.record)"
        )
    for name, table, columns, only in _INDEXES:
        op.drop_index(name, table, if_exists=True)
        where = None if only is None else sa.text(only)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
    op.create_table(
        "tallied",
        sa.Column("every", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("by", sa.Text, primary_key=True),
        sa.Column("part", sa.BigInteger, primary_key=True, autoincrement=False),
    )
    op.create_table(
        "tallies",
        sa.Column("every", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("part", sa.BigInteger, nullable=False),
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("deployment", sa.Text),
        sa.Column("label", sa.Text),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("calls", "errors", "left")),
        sa.Column("latency", sa.Double, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("input_tokens", "output_tokens")),
        sa.Column("cost", sa.Double, nullable=False),
        sa.Column("unpriced", sa.BigInteger, nullable=False),
    )
    op.create_index("tallies_by_part", "tallies", ["every", "by", "part"])


_INDEXES = (
    ("records_by_task", "records", ["task", "seconds", "id"], None),
    ("records_by_run", "records", ["run", "seconds", "id"], "run IS NOT NULL"),
    ("records_by_error", "records", ["seconds", "id"], "error IS NOT NULL"),
    ("attempts_by_deployment", "attempts", ["deployment", "seconds", "record"], None),
    ("labels_by_value", "labels", ["name", "value", "seconds", "record"], None),
)
