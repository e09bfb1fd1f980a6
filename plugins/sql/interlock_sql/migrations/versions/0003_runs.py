"""The run and the step that a call belongs to."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    for name in ("run", "step"):
        op.add_column("records", sa.Column(name, sa.Text))
    op.create_index("records_by_run", "records", ["run", "seconds"])
