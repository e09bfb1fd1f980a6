"""Runs of agents, and what each model made of each task."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "eval_agent_runs",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("suite", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("configuration", sa.Text, nullable=False),
        sa.Column("tasks", sa.Text, nullable=False),
        sa.Column("models", sa.Text, nullable=False),
        sa.Column("options", sa.Text, nullable=False),
        sa.Column("started", sa.Double, nullable=False),
        sa.Column("ended", sa.Double),
    )
    op.create_table(
        "eval_agent_attempts",
        sa.Column("run", sa.Text, nullable=False),
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("repeat", sa.Integer, nullable=False),
        sa.Column("begun", sa.Integer, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("state", sa.Text),
        sa.Column("why", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("answer", sa.Text),
        sa.Column("checks", sa.Text),
        sa.Column("calls", sa.Text),
        sa.Column("effects", sa.Text),
        sa.Column("steps", sa.Integer),
        sa.Column("tokens", sa.Integer),
        sa.Column("cost", sa.Double),
        sa.Column("seconds", sa.Double),
        sa.Column("consents", sa.Integer),
        sa.Column("looked", sa.Integer),
        sa.Column("at", sa.Double),
        sa.PrimaryKeyConstraint("run", "task", "model", "repeat"),
    )
