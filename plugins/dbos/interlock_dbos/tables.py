"""The table that DBOS lacks: which process works on a run. It stands beside DBOS's own."""

from pathlib import Path

from sqlalchemy import MetaData

from interlock_agents.engines.building import leases
from interlock_sql.building import Migrations

metadata = MetaData()
runs = leases("interlock_dbos_runs", metadata)

MIGRATIONS = Migrations(
    folder=Path(__file__).with_name("migrations"),
    revisions=("0001",),
    version_table="interlock_dbos_version",
    distribution="interlock-dbos",
    section="--engine",
)
