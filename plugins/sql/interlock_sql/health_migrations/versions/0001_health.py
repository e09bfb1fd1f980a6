"""Pages of deployments and their tasks, and how many changes there have been."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "health_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("era", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "health_pages",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("told", sa.Double, nullable=False),
        sa.Column("page", sa.JSON, nullable=False),
    )
    op.create_index("health_pages_by_version", "health_pages", ["version"])
