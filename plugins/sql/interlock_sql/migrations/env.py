"""Run by Alembic. The connection, already inside the transaction, comes with the configuration."""

from alembic import context

from interlock_sql.tables import metadata
from interlock_sql.versions import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
