"""Which migrations the database of keys has."""

from pathlib import Path

from interlock_sql.building import Migrations

MIGRATIONS = Migrations(
    folder=Path(__file__).with_name("migrations"),
    revisions=("0001",),
    version_table="server_keys_version",
    distribution="interlock-server",
    section="server.keys",
)
