"""Accounts, and what is held on them: millionths of a US dollar, tokens, thousandths of a second, calls."""

from sqlalchemy import BigInteger, Column, Table, Text

from interlock_agents.metadata import metadata


def _amount(name: str) -> "Column[int]":
    return Column(name, BigInteger, nullable=False, server_default="0")


KINDS = ("usd", "tokens", "seconds", "calls")

accounts = Table(
    "agents_accounts",
    metadata,
    Column("id", Text, primary_key=True),
    *(Column(f"{kind}_limit", BigInteger) for kind in KINDS),
    *(_amount(f"{kind}_held") for kind in KINDS),
    *(_amount(f"{kind}_spent") for kind in KINDS),
)

holds = Table(
    "agents_holds",
    metadata,
    Column("holder", Text, primary_key=True),  # what it is held for: the id of an effect, or of a model call
    Column("account", Text, nullable=False),
    *(_amount(kind) for kind in KINDS),
    sqlite_with_rowid=False,
)
"""What is held now. Settled or released, it is gone, and the account has what was spent. There are as many
rows as there are calls under way, or left so by a crash: no index is worth its page in each transaction.
"""
