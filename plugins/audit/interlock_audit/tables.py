"""The tables, as queries see them. Migrations make them; a test holds the two together."""

from pathlib import Path

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text, UniqueConstraint

from interlock_sql.building import Migrations

metadata = MetaData()

# SQLite counts by itself in columns of its own kind alone.
_Number = BigInteger().with_variant(Integer, "sqlite")

audit = Table(
    "audit",
    metadata,
    Column("number", _Number, primary_key=True),  # the order in which all chains' entries were appended
    Column("chain", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("id", Text, nullable=False, unique=True),
    Column("hash", Text, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("chain", "seq"),
    sqlite_autoincrement=True,
)

checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("number", _Number, primary_key=True),
    Column("line", Text, nullable=False),
    sqlite_autoincrement=True,
)

links = Table(
    "audit_links",
    metadata,
    Column("number", _Number, primary_key=True),
    Column("chain", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("of", Text, nullable=False),
    Index("audit_links_of", "chain", "of", "seq"),
    sqlite_autoincrement=True,
)
"""Which heads of chains have been named: `of` is `began` or `checkpoint`. It saves reading what named them,
and proves nothing.
"""

keyring = Table(
    "audit_keyring",
    metadata,
    Column("number", _Number, primary_key=True),
    Column("handle", Text, nullable=False, unique=True),
    Column("lookup", Text, nullable=False, unique=True),
    Column("wrapped", Text, nullable=False),
    Column("sealing", Text, nullable=False),
    sqlite_autoincrement=True,
)
"""The subjects' data keys, each wrapped by the key whose id is `sealing`. Rows are removed, to erase."""

keyring_changes = Table(
    "audit_keyring_changes",
    metadata,
    Column("number", _Number, primary_key=True),
    Column("erasures", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)
"""One row, which counts erasures: who remembers keys compares it."""

MIGRATIONS = Migrations(
    folder=Path(__file__).with_name("migrations"),
    revisions=("0001", "0002"),
    version_table="interlock_audit_version",
    distribution="interlock-audit",
    section="log",
)
