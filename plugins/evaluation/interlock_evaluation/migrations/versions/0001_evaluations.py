"""Runs, their samples, results and marks."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "eval_runs",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("suite", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("configuration", sa.Text, nullable=False),
        sa.Column("models", sa.Text, nullable=False),
        sa.Column("options", sa.Text, nullable=False),
        sa.Column("started", sa.Double, nullable=False),
        sa.Column("ended", sa.Double),
    )
    op.create_table(
        "eval_samples",
        sa.Column("run", sa.Text, nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("sample", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("run", "prompt"),
    )
    op.create_table(
        "eval_results",
        *_question(),
        sa.Column("asked", sa.Integer, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("answer", sa.Text),
        sa.Column("finish_reason", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("why", sa.Text),
        sa.Column("latency", sa.Double),
        sa.Column("input_tokens", sa.Integer),
        sa.Column("output_tokens", sa.Integer),
        sa.Column("cost", sa.Double),
        sa.Column("deployment", sa.Text),
        sa.Column("served_model", sa.Text),
        sa.Column("record", sa.Text),
        sa.Column("at", sa.Double),
        sa.PrimaryKeyConstraint("run", "prompt", "model", "repeat"),
    )
    op.create_table(
        "eval_marks",
        *_question(),
        sa.Column("grader", sa.Text, nullable=False),
        sa.Column("score", sa.Double),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("cost", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("run", "prompt", "model", "repeat", "grader"),
    )
    op.create_index("eval_marks_run", "eval_marks", ["run", "grader"])


def _question() -> tuple["sa.Column[str] | sa.Column[int]", ...]:
    return (
        sa.Column("run", sa.Text, nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("repeat", sa.Integer, nullable=False),
    )
