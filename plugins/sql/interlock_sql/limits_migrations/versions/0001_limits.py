"""What processes say of themselves at each limit."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "limit_documents",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("document", sa.JSON, nullable=False),
        sa.Column("forget", sa.Double, nullable=False),
    )
    op.create_index("limit_documents_by_forget", "limit_documents", ["forget"])
