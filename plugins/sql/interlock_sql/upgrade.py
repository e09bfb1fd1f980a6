"""The tables as this version wants them, whoever opens the database first."""

import threading
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, inspect, text

from interlock import StoreError
from interlock_sql.tables import metadata
from interlock_sql.versions import REVISIONS, VERSION_TABLE

# Alembic's context belongs to the process, not to the thread.
_ALEMBIC = threading.Lock()
# Any number will do, as long as every process takes the same.
_ADVISORY_KEY = 0x1A7E_210C


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrations:
    """A line of migrations; several lines, each with tables and a version of its own, may share a database.

    Attributes:
        folder: of Alembic's `env.py` and `versions`.
        revisions: every one, the last being that which makes the tables as they are.
        version_table: where the database says which it has.
        distribution: whose they are, and `section`, the key of the configuration that names the database, for
            the error when a later version has been here.
        tables: what all of them together make. A new database gets them at once: Alembic takes 10 MB of a
            process for as long as it lives. Without, a new one goes through every migration.
    """

    folder: Path
    revisions: tuple[str, ...]
    version_table: str
    distribution: str
    section: str
    tables: MetaData | None = None


RECORDS = Migrations(
    folder=Path(__file__).with_name("migrations"),
    revisions=REVISIONS,
    version_table=VERSION_TABLE,
    distribution="interlock-sql",
    section="records",
    tables=metadata,
)
"""Those of records and the log, which share their tables' version."""


def upgrade(connection: Connection, line: Migrations = RECORDS) -> None:
    """Make or migrate the tables, inside the transaction that `connection` has begun for writing.

    Raises:
        StoreError: a later version has been here.
    """
    if connection.dialect.name == "postgresql":
        # SQLite's transaction holds the only right to write already.
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_KEY})
    found = revision(connection, line)
    if found == line.revisions[-1]:
        return
    if found is not None and found not in line.revisions:
        raise StoreError(
            f"its tables were made by a later version of {line.distribution} ({found!r}; this one knows "
            f"{line.revisions[-1]!r}); install that version, or name another place in `{line.section}`"
        )
    if found is None and line.tables is not None:
        _make(connection, line, line.tables)
        return
    # Loaded here, since most openings find everything in place.
    from alembic import command  # noqa: PLC0415 - as said
    from alembic.config import Config  # noqa: PLC0415 - likewise

    config = Config()
    config.set_main_option("script_location", str(line.folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    with _ALEMBIC:
        command.upgrade(config, "head")


def _make(connection: Connection, line: Migrations, tables: MetaData) -> None:
    """As `alembic stamp` would leave it. Tables that are there without a version are somebody else's, and so
    an error.
    """
    tables.create_all(connection, checkfirst=False)
    version = Table(
        line.version_table,
        MetaData(),
        Column("version_num", String(32), nullable=False),
        PrimaryKeyConstraint("version_num", name=f"{line.version_table}_pkc"),
    )
    version.create(connection, checkfirst=False)
    connection.execute(version.insert().values(version_num=line.revisions[-1]))


def revision(connection: Connection, line: Migrations = RECORDS) -> str | None:
    """What the database says of itself; None when it is new."""
    if not inspect(connection).has_table(line.version_table):
        return None
    statement = text(f"SELECT version_num FROM {line.version_table}")  # noqa: S608 - our own name
    found: str | None = connection.execute(statement).scalar()
    return found
