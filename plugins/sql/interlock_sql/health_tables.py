"""The tables of shared health. Its migrations make them; a test holds the two together."""

from pathlib import Path

from sqlalchemy import JSON, BigInteger, Column, Double, Index, Integer, MetaData, Table, Text

from interlock_sql.upgrade import Migrations

metadata = MetaData()

VERSION_TABLE = "interlock_health_version"

# One row: `era` names this life of the data, `version` counts changes.
head = Table(
    "health_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("era", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
)

# `version` is that of the head when the page last changed, `told` the time.
pages = Table(
    "health_pages",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("told", Double, nullable=False),
    Column("page", JSON, nullable=False),
    Index("health_pages_by_version", "version"),
)

HEALTH = Migrations(
    folder=Path(__file__).with_name("health_migrations"),
    revisions=("0001",),
    version_table=VERSION_TABLE,
    distribution="interlock-sql",
    section="health",
    tables=metadata,
)
"""The history of the tables of shared health."""
