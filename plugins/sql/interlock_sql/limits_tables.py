"""The table of limits. Its migrations make it; a test holds the two together."""

from pathlib import Path

from sqlalchemy import JSON, Column, Double, Index, MetaData, Table, Text

from interlock_sql.upgrade import Migrations

metadata = MetaData()

VERSION_TABLE = "interlock_limits_version"

# `document` is as `interlock.limits` has it, empty before its first exchange.
documents = Table(
    "limit_documents",
    metadata,
    Column("name", Text, primary_key=True),
    Column("document", JSON, nullable=False),
    Column("forget", Double, nullable=False),
    Index("limit_documents_by_forget", "forget"),
)

LIMITS = Migrations(
    folder=Path(__file__).with_name("limits_migrations"),
    revisions=("0001",),
    version_table=VERSION_TABLE,
    distribution="interlock-sql",
    section="limits",
    tables=metadata,
)
"""The history of the table of limits."""
