"""Run by Alembic. The connection, already inside the transaction, comes with the configuration."""

from alembic import context

from interlock_server.keys.stored.migrating import MIGRATIONS
from interlock_server.keys.stored.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=MIGRATIONS.version_table,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
