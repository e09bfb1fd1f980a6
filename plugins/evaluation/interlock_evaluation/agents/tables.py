"""The tables of agent evaluations. Times are in seconds since the epoch; what is not known is NULL."""

from typing import Final

from sqlalchemy import Column, Double, Integer, PrimaryKeyConstraint, Table, Text

from interlock_evaluation.tables import metadata

agent_runs: Final = Table(
    "eval_agent_runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("suite", Text, nullable=False),  # its name
    Column("digest", Text, nullable=False),  # of the suite
    Column("configuration", Text, nullable=False),  # the router's digest
    Column("tasks", Text, nullable=False),  # JSON: each task's id, goal and least calls
    Column("models", Text, nullable=False),  # JSON, as the one below
    Column("options", Text, nullable=False),
    Column("started", Double, nullable=False),
    Column("ended", Double),
)

agent_attempts: Final = Table(
    "eval_agent_attempts",
    metadata,
    Column("run", Text, nullable=False),
    Column("task", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("repeat", Integer, nullable=False),
    Column("begun", Integer, nullable=False),  # how often
    Column("outcome", Text),  # complete, incomplete or unmeasured; none while it is under way
    Column("state", Text),
    Column("why", Text),
    Column("error", Text),  # its class
    Column("answer", Text),  # JSON, as the three below
    Column("checks", Text),
    Column("calls", Text),
    Column("effects", Text),
    Column("steps", Integer),
    Column("tokens", Integer),
    Column("cost", Double),
    Column("seconds", Double),
    Column("consents", Integer),
    Column("looked", Integer),
    Column("at", Double),
    PrimaryKeyConstraint("run", "task", "model", "repeat"),
)
