"""Accounts of budgets, and what is held in them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "ledger_accounts",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("start", sa.Double, nullable=False),
        sa.Column("end", sa.Double, nullable=False),
        sa.Column("requests", sa.BigInteger, nullable=False),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.Column("money", sa.BigInteger, nullable=False),
        sa.Column("held_tokens", sa.BigInteger, nullable=False),
        sa.Column("held_money", sa.BigInteger, nullable=False),
    )
    op.create_index("ledger_accounts_by_end", "ledger_accounts", ["end"])
    op.create_table(
        "ledger_holds",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.Column("money", sa.BigInteger, nullable=False),
        sa.Column("windows", sa.JSON),
        sa.Column("forget", sa.Double, nullable=False),
    )
    op.create_index("ledger_holds_by_forget", "ledger_holds", ["forget"])
