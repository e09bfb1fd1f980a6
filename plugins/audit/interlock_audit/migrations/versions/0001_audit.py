"""Entries, checkpoints, and which heads were named. The database itself refuses to change or remove any."""

import sqlalchemy as sa
from alembic import op

from interlock_audit.refusals import TEXT_IN, indexes, refuse, view

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
        op.execute(f"CREATE OR REPLACE FUNCTION interlock_audit_text(body text, name text) {TEXT_IN}")
    for statement in (*indexes(dialect).values(), view(dialect)):
        op.execute(statement)
    refuse(connection)
