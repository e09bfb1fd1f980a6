"""Reviews, their reviewers, what each of them is shown, and what they say."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "eval_reviews",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("run", sa.Text, nullable=False),
        sa.Column("options", sa.Text, nullable=False),
        sa.Column("opened", sa.Double, nullable=False),
        sa.Column("closed", sa.Double),
    )
    op.create_table(
        "eval_reviewers",
        sa.Column("review", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("link", sa.Text, unique=True),
        sa.Column("session", sa.Text, unique=True),
        sa.Column("made", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("review", "name"),
    )
    op.create_table(
        "eval_review_items",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("review", sa.Text, nullable=False),
        sa.Column("reviewer", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("left", sa.Text, nullable=False),
        sa.Column("right", sa.Text, nullable=False),
        sa.Column("left_repeat", sa.Integer, nullable=False),
        sa.Column("right_repeat", sa.Integer, nullable=False),
        sa.Column("left_answer", sa.Text, nullable=False),
        sa.Column("right_answer", sa.Text, nullable=False),
        sa.Column("again", sa.Boolean, nullable=False),
    )
    op.create_index(
        "eval_review_items_order", "eval_review_items", ["review", "reviewer", "number"], unique=True
    )
    op.create_table(
        "eval_votes",
        sa.Column("item", sa.Text, primary_key=True),
        sa.Column("choice", sa.Text, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
    )
