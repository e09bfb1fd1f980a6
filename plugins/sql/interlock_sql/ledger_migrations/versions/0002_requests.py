"""A hold may be for several requests."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("ledger_holds", sa.Column("requests", sa.BigInteger, nullable=False, server_default="1"))
