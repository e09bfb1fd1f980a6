"""Which migrations the database of agents has."""

from pathlib import Path

from interlock_sql.building import Migrations

MIGRATIONS = Migrations(
    folder=Path(__file__).with_name("migrations"),
    revisions=("0001",),
    version_table="interlock_agents_version",
    distribution="interlock-agents",
    section="--store",
)
