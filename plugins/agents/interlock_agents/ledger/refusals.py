"""What the database itself refuses, whoever asks: to change or remove an event, to undo what is known."""

from sqlalchemy import DDL, Table, event

_WHY = "the ledger keeps what has happened"


def fixed(table: Table) -> None:
    """Have rows of the table, once it is made, never changed and never removed."""
    for what in ("UPDATE", "DELETE"):
        name = f"{table.name}_{what.lower()}"
        _on_sqlite(table, f"CREATE TRIGGER {name} BEFORE {what} ON {table.name} {_ABORT}")
    _function(table)
    _on_postgresql(
        table,
        f"CREATE TRIGGER {table.name}_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table.name} "
        f"EXECUTE FUNCTION {table.name}_refuses()",
    )


def final(table: Table, states: tuple[str, ...]) -> None:
    """Have rows of the table, once it is made, keep their `state` when it is one of these."""
    among = ", ".join(f"'{state}'" for state in states)
    when = f"OLD.state IN ({among}) AND NEW.state <> OLD.state"
    _on_sqlite(table, f"CREATE TRIGGER {table.name}_final BEFORE UPDATE ON {table.name} WHEN {when} {_ABORT}")
    _function(table)
    _on_postgresql(
        table,
        f"CREATE TRIGGER {table.name}_final BEFORE UPDATE ON {table.name} FOR EACH ROW WHEN ({when}) "
        f"EXECUTE FUNCTION {table.name}_refuses()",
    )


_ABORT = f"BEGIN SELECT RAISE(ABORT, '{_WHY}'); END"


def _function(table: Table) -> None:
    body = f"$$ BEGIN RAISE EXCEPTION '{_WHY}'; END $$"
    made = f"CREATE OR REPLACE FUNCTION {table.name}_refuses() RETURNS trigger LANGUAGE plpgsql AS {body}"
    _on_postgresql(table, made)


def _on_sqlite(table: Table, statement: str) -> None:
    event.listen(table, "after_create", _ddl(statement).execute_if(dialect="sqlite"))


def _on_postgresql(table: Table, statement: str) -> None:
    event.listen(table, "after_create", _ddl(statement).execute_if(dialect="postgresql"))


def _ddl(statement: str) -> DDL:
    return DDL(statement)  # type: ignore[no-untyped-call]  # SQLAlchemy has no types for it
