"""The table as it is declared. A second version writes down here what the first one was."""

from alembic import op

from interlock_dbos.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())
