"""Which migrations the database of evaluations has."""

from pathlib import Path

from interlock_sql.building import Migrations

MIGRATIONS = Migrations(
    folder=Path(__file__).with_name("migrations"),
    revisions=("0001", "0002", "0004", "0005"),
    version_table="interlock_eval_version",
    distribution="interlock-evaluation",
    section="--store",
)
