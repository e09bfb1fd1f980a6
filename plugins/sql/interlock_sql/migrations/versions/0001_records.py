"""Records, their attempts, exclusions and labels."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "records",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("started", sa.DateTime(timezone=True)),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("deployment", sa.Text),
        sa.Column("model", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("latency", sa.Double, nullable=False),
        sa.Column("input_tokens", sa.BigInteger),
        sa.Column("output_tokens", sa.BigInteger),
        sa.Column("cost", sa.Double),
        sa.Column("streamed", sa.Boolean, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_index("records_by_time", "records", ["seconds", "id"])
    op.create_index("records_by_task", "records", ["task", "seconds"])
    op.create_table(
        "attempts",
        _record(),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("deployment", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("started", sa.DateTime(timezone=True)),
        sa.Column("latency", sa.Double, nullable=False),
        sa.Column("first_token", sa.Double),
        sa.Column("input_tokens", sa.BigInteger),
        sa.Column("output_tokens", sa.BigInteger),
        sa.Column("cost", sa.Double),
        sa.Column("served_model", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("status", sa.Integer),
        sa.Column("message", sa.Text),
    )
    op.create_index("attempts_by_deployment", "attempts", ["deployment", "record"])
    op.create_table(
        "exclusions",
        _record(),
        sa.Column("deployment", sa.Text, primary_key=True),
        sa.Column("rule", sa.Text),
        sa.Column("sentence", sa.Text, nullable=False),
    )
    op.create_table(
        "labels",
        _record(),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_index("labels_by_value", "labels", ["name", "value"])


def _record() -> "sa.Column[str]":
    return sa.Column("record", sa.Text, sa.ForeignKey("records.id", ondelete="CASCADE"), primary_key=True)
