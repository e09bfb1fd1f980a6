"""The tables as this version wants them, whoever opens the database first."""

import threading
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from interlock import StoreError
from interlock_sql.tables import REVISIONS, VERSION_TABLE

# Alembic's context belongs to the process, not to the thread.
_ALEMBIC = threading.Lock()
# Any number will do, as long as every process takes the same.
_ADVISORY_KEY = 0x1A7E_210C


def upgrade(connection: Connection) -> None:
    """Make or migrate the tables, inside the transaction that `connection` has begun for writing.

    Raises:
        StoreError: a later version has been here.
    """
    if connection.dialect.name == "postgresql":
        # SQLite's transaction holds the only right to write already.
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_KEY})
    found = revision(connection)
    if found == REVISIONS[-1]:
        return
    if found is not None and found not in REVISIONS:
        raise StoreError(
            f"its tables were made by a later version of interlock-sql ({found!r}; this one knows "
            f"{REVISIONS[-1]!r}); install that version, or name another place in `records`"
        )
    # Loaded here, since most openings find everything in place.
    from alembic import command  # noqa: PLC0415 - as said
    from alembic.config import Config  # noqa: PLC0415 - likewise

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    with _ALEMBIC:
        command.upgrade(config, "head")


def revision(connection: Connection) -> str | None:
    """What the database says of itself; None when it is new."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - our own name
    return found
