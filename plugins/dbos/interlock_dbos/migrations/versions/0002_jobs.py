"""Jobs, their workers, their money and their limits, as they are declared. A third version writes down here
what the second one was.
"""

from alembic import op

from interlock_dbos import tables

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    made = (tables.jobs, tables.workers, tables.holds, tables.turns, tables.providers, tables.starts)
    tables.metadata.create_all(op.get_bind(), tables=made)
