"""What is remembered of runs, in the agents' database."""

from sqlalchemy import Column, Double, Integer, LargeBinary, Table, Text

from interlock_agents.metadata import metadata

memory = Table(
    "agents_memory",
    metadata,
    Column("run", Text, primary_key=True),
    Column("node", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("body", Text),
    Column("blob", Text),
    Column("size", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("summary", Text),
    Column("summarised_by", Text),
    Column("at", Double, nullable=False),
)

blobs = Table(
    "agents_blobs",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
