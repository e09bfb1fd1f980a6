"""Entries, checkpoints, and which heads were named. The database itself refuses to change or remove any."""

import sqlalchemy as sa
from alembic import op

from interlock_audit.refusals import AT, CALL, RUN, refuse

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("number", _NUMBER, primary_key=True),
        sa.Column("chain", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("chain", "seq"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "audit_checkpoints",
        sa.Column("number", _NUMBER, primary_key=True),
        sa.Column("line", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "audit_links",
        sa.Column("number", _NUMBER, primary_key=True),
        sa.Column("chain", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("of", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("audit_links_of", "audit_links", ["chain", "of", "seq"])
    connection = op.get_bind()
    dialect = connection.dialect.name
    if dialect == "postgresql":
        # What casts to JSON counts as stable alone, and an index takes what is immutable.
        op.execute(_TEXT_IN)
    for name, expression in (("call", CALL), ("run", RUN), ("at", AT)):
        op.execute(f"CREATE INDEX audit_by_{name} ON audit ({expression[dialect]})")
    fields = ", ".join(f"{_FIELD[dialect].format(name=name)} AS {name}" for name in _COLUMNS)
    op.execute(f"{_BEGINNING} {_AT[dialect]} AS at, {fields} FROM audit")
    refuse(connection)


_TEXT_IN = """CREATE OR REPLACE FUNCTION interlock_audit_text(body text, name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT body::json ->> name $$"""

_COLUMNS = ("kind", "call", "run", "step", "attempt", "facts")
_BEGINNING = "CREATE VIEW audit_entries AS SELECT number, chain, seq, id,"
_AT = {
    "sqlite": "datetime(CAST(json_extract(body, '$.at') AS REAL), 'unixepoch')",
    "postgresql": "to_timestamp((body::json ->> 'at')::double precision)",
}
_FIELD = {"sqlite": "json_extract(body, '$.{name}')", "postgresql": "body::json ->> '{name}'"}
