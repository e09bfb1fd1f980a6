"""The tables of approvals, as queries see them. The migration of agents makes them."""

from sqlalchemy import Boolean, Column, Double, Index, Integer, Table, Text

from interlock_agents.metadata import Number, metadata

approvals = Table(
    "agents_approvals",
    metadata,
    Column("number", Number, primary_key=True),  # the order in which they were asked for
    Column("id", Text, nullable=False, unique=True),
    Column("binding", Text, nullable=False),  # a digest of all that a grant is bound to
    Column("effect", Text, nullable=False),
    Column("run", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("body", Text, nullable=False),  # the request as JSON
    Column("state", Text, nullable=False),
    Column("asked_at", Double, nullable=False),
    Column("asked_boot", Text, nullable=False),
    Column("asked_elapsed", Double, nullable=False),
    Column("waits", Double, nullable=False),  # seconds until nobody's answer is a denial
    Column("told", Boolean, nullable=False),  # whether notifiers were told
    Column("needed", Integer, nullable=False),  # how many people have to agree
    Column("agreed", Text, nullable=False),  # who has, as JSON: a list of names
    Column("decided_at", Double),
    Column("decided_by", Text),
    Column("why", Text),
    Column("grant_id", Text, unique=True),
    Column("granted_at", Double),
    Column("granted_boot", Text),
    Column("granted_elapsed", Double),
    Column("lasts", Double),  # seconds
    Column("used_at", Double),
    Column("used_by", Text),  # the effect that used it
    Index("agents_approvals_state", "state", "number"),
    Index("agents_approvals_place", "run", "step"),
    Index("agents_approvals_binding", "binding"),
    sqlite_autoincrement=True,
)
"""Times are seconds since the epoch; `boot` and `elapsed` beside them are the clock that nobody sets."""

told = Table(
    "agents_told",
    metadata,
    Column("subject", Text, primary_key=True),  # the id of the effect in doubt that people were told of
    Column("at", Double, nullable=False),
)

approvers = Table(
    "agents_approvers",
    metadata,
    Column("name", Text, primary_key=True),  # case-folded: two people are not told apart by capitals
    Column("shown", Text, nullable=False),
    Column("token", Text, nullable=False),  # its SHA-256
    Column("made_at", Double, nullable=False),
)
"""Who may answer beside the users of the machine."""
