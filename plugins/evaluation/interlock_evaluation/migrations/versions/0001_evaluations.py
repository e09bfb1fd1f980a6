"""The tables as they are declared. A second version writes down here what the first one was."""

from alembic import op

from interlock_evaluation.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())
