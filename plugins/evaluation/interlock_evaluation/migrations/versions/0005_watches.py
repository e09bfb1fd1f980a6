"""Watches, their looks, what came at each step, which calls were counted, and what was known of evidence."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "eval_watches",
        sa.Column("watch", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("began", sa.Double, nullable=False),
        sa.Column("since", sa.Double, nullable=False),
        sa.Column("until", sa.Double, nullable=False),
        sa.Column("options", sa.Text, nullable=False),
    )
    op.create_table(
        "eval_watch_looks",
        sa.Column("watch", sa.Integer, nullable=False),
        sa.Column("look", sa.Integer, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("until", sa.Double, nullable=False),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("late", sa.Integer, nullable=False),
        sa.Column("found", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("watch", "look"),
    )
    op.create_table(
        "eval_watch_steps",
        sa.Column("watch", sa.Integer, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("look", sa.Integer, nullable=False),
        sa.Column("since", sa.Double, nullable=False),
        sa.Column("until", sa.Double, nullable=False),
        sa.Column("traffic", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("watch", "step"),
    )
    op.create_table(
        "eval_watch_calls",
        sa.Column("watch", sa.Integer, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("started", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("watch", "record"),
    )
    op.create_index("eval_watch_calls_started", "eval_watch_calls", ["watch", "started"])
    op.create_table(
        "eval_watch_facts",
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("deployment", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("evidence", "deployment"),
    )
