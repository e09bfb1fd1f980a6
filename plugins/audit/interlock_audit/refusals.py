"""What is written in the databases' own SQL: what refuses to change rows, and how bodies are looked into."""

from sqlalchemy import Connection, text

CALL = {"sqlite": "json_extract(body, '$.call')", "postgresql": "interlock_audit_text(body, 'call')"}
RUN = {"sqlite": "json_extract(body, '$.run')", "postgresql": "interlock_audit_text(body, 'run')"}
OWN = {"sqlite": "json_extract(body, '$.own')", "postgresql": "interlock_audit_text(body, 'own')"}
AT = {
    "sqlite": "CAST(json_extract(body, '$.at') AS REAL)",
    "postgresql": "CAST(interlock_audit_text(body, 'at') AS double precision)",
}

SEES = "SELECT body::json ->> name"
TEXT_IN = f"RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ {SEES} $$"
"""In PostgreSQL, how a text is found in a body by an index."""

_COLUMNS = ("kind", "call", "run", "step", "attempt", "facts")
_MOMENT = {
    "sqlite": "datetime(CAST(json_extract(body, '$.at') AS REAL), 'unixepoch')",
    "postgresql": "to_timestamp((body::json ->> 'at')::double precision)",
}
_FIELD = {"sqlite": "json_extract(body, '$.{name}')", "postgresql": "body::json ->> '{name}'"}

_KEPT = ("audit", "audit_checkpoints")
_WHY = "the audit log is appended to alone"
REFUSALS = frozenset(f"{table}_{what}" for table in _KEPT for what in ("stays", "is_fixed"))
"""The names of the triggers."""


def view(dialect: str) -> str:
    """What shows entries to people."""
    fields = ", ".join(f"{_FIELD[dialect].format(name=name)} AS {name}" for name in _COLUMNS)
    beginning = "CREATE VIEW audit_entries AS SELECT number, chain, seq, id,"
    return f"{beginning} {_MOMENT[dialect]} AS at, {fields} FROM audit"


def indexes(dialect: str) -> dict[str, str]:
    """By what entries are found: name -> statement."""
    found = {f"audit_by_{name}": each[dialect] for name, each in (("call", CALL), ("run", RUN), ("at", AT))}
    return {name: f"CREATE INDEX {name} ON audit ({expression})" for name, expression in found.items()}


def refuse(connection: Connection) -> None:
    """Have the database refuse to change or remove what is kept."""
    if connection.dialect.name == "sqlite":
        for table in _KEPT:
            for name, event in (("stays", "DELETE"), ("is_fixed", "UPDATE")):
                connection.execute(
                    text(
                        f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} "
                        f"BEGIN SELECT RAISE(ABORT, '{_WHY}'); END"
                    )
                )
        return
    connection.execute(
        text(
            "CREATE OR REPLACE FUNCTION interlock_audit_refuses() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_WHY}'; END $$"
        )
    )
    for table in _KEPT:
        for name, event in (("stays", "DELETE OR TRUNCATE"), ("is_fixed", "UPDATE")):
            connection.execute(
                text(
                    f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} "
                    "EXECUTE FUNCTION interlock_audit_refuses()"
                )
            )


def allow_removal(connection: Connection) -> None:
    """Until the end of the transaction, or `refuse_removal`."""
    place = "" if connection.dialect.name == "sqlite" else " ON audit"
    connection.execute(text(f"DROP TRIGGER audit_stays{place}"))


def refuse_removal(connection: Connection) -> None:
    """Again."""
    what = (
        f"CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, '{_WHY}'); END"
        if connection.dialect.name == "sqlite"
        else "CREATE TRIGGER audit_stays BEFORE DELETE OR TRUNCATE ON audit "
        "EXECUTE FUNCTION interlock_audit_refuses()"
    )
    connection.execute(text(what))
