"""Where an attempt was declared to be processed, was told to be, and was, by its vendor's own word."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    for name in ("region", "pinned", "evidenced", "incident"):
        op.add_column("attempts", sa.Column(name, sa.Text))
