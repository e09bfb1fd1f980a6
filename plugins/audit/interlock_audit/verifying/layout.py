"""Whether the database shows what it holds: a view or an index of somebody else's may show something else."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, text

from interlock_audit.refusals import REFUSALS, SEES, indexes, view
from interlock_audit.verifying.findings import Finding, shown

_TABLES = {
    "audit": ("number", "chain", "seq", "id", "hash", "body"),
    "audit_checkpoints": ("number", "line"),
}
_IN_SQLITE = "SELECT type, sql FROM sqlite_schema WHERE lower(name) = :name"
_TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_schema WHERE type = 'trigger' "
    "AND lower(tbl_name) IN ('audit', 'audit_checkpoints')",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') "
    "AND tgrelid IN (to_regclass('audit'), to_regclass('audit_checkpoints'))",
}
_IN_POSTGRESQL = """SELECT relkind = 'r' AND NOT relrowsecurity AND NOT relhasrules FROM pg_class
WHERE oid = to_regclass(:name)"""


def wrong(connection: Connection) -> list[Finding]:
    """What is there in the place of what the log's own migrations have made."""
    look = _in_sqlite if connection.dialect.name == "sqlite" else _in_postgresql
    return [Finding(kind="shape", chain="", seq=None, what=what) for what in look(connection)]


def lacking(connection: Connection) -> list[str]:
    """What is no longer as it was made, and shows nothing that is not so."""
    found = set(connection.execute(text(_TRIGGERS[connection.dialect.name])).scalars())
    said = []
    if gone := REFUSALS - found:
        said.append(
            f"The database no longer refuses to change or remove entries: {_listed(gone)} is not there."
        )
    if others := found - REFUSALS:
        said.append(f"The log's tables have triggers that are not its own: {_listed(others)}.")
    return said


def _in_sqlite(connection: Connection) -> Iterator[str]:
    for table, columns in _TABLES.items():
        kind, sql = _schema(connection, table)
        made = sql.upper()
        if kind is None:
            yield f"The table {table} is missing."
        elif kind != "table" or made.startswith("CREATE VIRTUAL") or "COLLATE" in made:
            yield f"What is called {table} is no table of the log's, and may show what was never logged."
        elif _columns(connection, table) != columns:
            yield f"The table {table} has other columns than the log gave it, which may hide what is there."
    kind, sql = _schema(connection, "audit_entries")
    if kind is not None and sql != _plain(view("sqlite")):
        yield "The view audit_entries is not the log's own, and may show what was never logged."
    if _schema(connection, "audit")[0] != "table":
        return
    # Not `count(*)`, for which SQLite takes whichever index is smallest.
    count = connection.execute(text("SELECT count(number) FROM audit NOT INDEXED")).scalar()
    for name, statement in indexes("sqlite").items():
        kind, sql = _schema(connection, name)
        if kind is None:
            continue
        if kind != "index" or sql != _plain(statement):
            yield f"The index {name} is not the log's own, and may hide entries from who looks for them."
            continue
        counting = f"SELECT count(number) FROM audit INDEXED BY {name}"  # noqa: S608 - our own name
        if connection.execute(text(counting)).scalar() != count:
            yield f"The index {name} does not have all entries, and hides some from who looks for them."


def _in_postgresql(connection: Connection) -> Iterator[str]:
    for table in _TABLES:
        plain = connection.execute(text(_IN_POSTGRESQL), {"name": table}).scalar()
        if plain is None:
            yield f"The table {table} is missing."
        elif not plain:
            yield f"What is called {table} is no plain table, and may show what nobody logged, or hide some."
    source = "SELECT prosrc FROM pg_proc WHERE oid = to_regproc('interlock_audit_text')"
    if _plain(str(connection.execute(text(source)).scalar())) != SEES:
        yield "The function interlock_audit_text is not the log's own, and may hide entries."


def _schema(connection: Connection, name: str) -> tuple[str | None, str]:
    row = connection.execute(text(_IN_SQLITE), {"name": name}).first()
    return (None, "") if row is None else (row[0], _plain(str(row[1])))


def _columns(connection: Connection, table: str) -> Sequence[str]:
    found = connection.execute(text("SELECT name, hidden FROM pragma_table_xinfo(:name)"), {"name": table})
    return tuple(name if not hidden else f"{name}, which is computed" for name, hidden in found)


def _plain(sql: str) -> str:
    return " ".join(sql.split())


def _listed(names: set[str] | frozenset[str]) -> str:
    return ", ".join(shown(name) for name in sorted(names)[:10])
