"""The tables of the engine that needs nothing beside it, as queries see them."""

from sqlalchemy import BigInteger, Column, Float, MetaData, Table, Text

from interlock_agents.metadata import metadata


def leases(name: str, metadata: MetaData) -> Table:
    """A table of runs and of who works on each.

    `epoch` counts executions; `state` is `held`, `free`, `suspended` or `ended`, and says more than `owner`,
    the last who had it; `until` is when its lease ends, by the database's clock, in seconds since 1970;
    `reason` is why it was suspended.
    """
    return Table(
        name,
        metadata,
        Column("run", Text, primary_key=True),
        Column("epoch", BigInteger, nullable=False),
        Column("state", Text, nullable=False),
        Column("owner", Text, nullable=False),
        Column("until", Float(53), nullable=False),
        Column("reason", Text, nullable=False, server_default=""),
    )


runs = leases("agents_journal_runs", metadata)

steps = Table(
    "agents_journal_steps",
    metadata,
    Column("run", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("result", Text, nullable=False),
)
"""What the steps of each strand gave, as JSON, in the order in which the strand took them."""

strands = Table(
    "agents_journal_strands",
    metadata,
    Column("run", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("outcome", Text, nullable=False),
)
"""How strands have ended; those that have not are not here."""
