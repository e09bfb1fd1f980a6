"""The tables of a ledger. Its migrations make them; a test holds the two together.

Money is in picodollars, so that an account takes nine million dollars in a window, and no more.
"""

from pathlib import Path

from sqlalchemy import JSON, BigInteger, Column, Double, Index, MetaData, Table, Text

from interlock_sql.upgrade import Migrations

metadata = MetaData()

VERSION_TABLE = "interlock_ledger_version"

accounts = Table(
    "ledger_accounts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("start", Double, nullable=False),
    Column("end", Double, nullable=False),
    Column("requests", BigInteger, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("money", BigInteger, nullable=False),
    Column("held_tokens", BigInteger, nullable=False),
    Column("held_money", BigInteger, nullable=False),
    Index("ledger_accounts_by_end", "end"),
)

# `windows` has the start of the window of each account in which it is held; null when it is settled.
holds = Table(
    "ledger_holds",
    metadata,
    Column("id", Text, primary_key=True),
    Column("requests", BigInteger, nullable=False, server_default="1"),
    Column("tokens", BigInteger, nullable=False),
    Column("money", BigInteger, nullable=False),
    Column("windows", JSON(none_as_null=True)),
    Column("forget", Double, nullable=False),
    Index("ledger_holds_by_forget", "forget"),
)

LEDGER = Migrations(
    folder=Path(__file__).with_name("ledger_migrations"),
    revisions=("0001", "0002"),
    version_table=VERSION_TABLE,
    distribution="interlock-sql",
    section="ledger",
    tables=metadata,
)
