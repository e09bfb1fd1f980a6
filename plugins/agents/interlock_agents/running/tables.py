"""Runs and what their nodes have come to. Times are in seconds since the epoch."""

from sqlalchemy import Boolean, Column, Double, Index, Integer, Table, Text

from interlock_agents.metadata import metadata

runs = Table(
    "agents_runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("goal", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("life", Integer, nullable=False),  # how often it was begun again after it had ended
    Column("options", Text, nullable=False),  # JSON: what it was started with
    Column("inputs", Text, nullable=False),  # values, encoded
    Column("warned", Boolean, nullable=False),
    Column("created", Double, nullable=False),
    Column("updated", Double, nullable=False),
    Index("agents_runs_updated", "updated"),
)

plans = Table(
    "agents_plans",
    metadata,
    Column("run", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("plan", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Double, nullable=False),
)
"""Every version of a run's plan; the last one is worked on."""

nodes = Table(
    "agents_nodes",
    metadata,
    Column("run", Text, primary_key=True),
    Column("node", Text, primary_key=True),
    Column("number", Integer, nullable=False),  # the order in which they are shown
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("started", Double),
    Column("ended", Double),
)

approaches = Table(
    "agents_approaches",
    metadata,
    Column("run", Text, primary_key=True),
    Column("node", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("approach", Text, nullable=False),  # JSON
)
"""Ways of doing a node, each written before it begins."""

waiting = Table(
    "agents_waiting",
    metadata,
    Column("run", Text, primary_key=True),
    Column("place", Text, primary_key=True),  # node/approach/seq of what waits
    Column("node", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),  # the id of an approval or of an effect
    Column("text", Text, nullable=False),
    Column("answer", Text),  # a value, encoded
    Column("by", Text),
    Column("at", Double, nullable=False),
    Column("answered", Double),
)
"""What runs wait for; answered, a row stays."""
