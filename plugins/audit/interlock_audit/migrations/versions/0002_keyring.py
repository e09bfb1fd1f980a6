"""The keys of subjects, and how many were erased."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit_keyring",
        sa.Column("number", _NUMBER, primary_key=True),
        sa.Column("handle", sa.Text, nullable=False, unique=True),
        sa.Column("lookup", sa.Text, nullable=False, unique=True),
        sa.Column("wrapped", sa.Text, nullable=False),
        sa.Column("sealing", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    changes = op.create_table(
        "audit_keyring_changes",
        sa.Column("number", _NUMBER, primary_key=True),
        sa.Column("erasures", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.bulk_insert(changes, [{"erasures": 0}])
