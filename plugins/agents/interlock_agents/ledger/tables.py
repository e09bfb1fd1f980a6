"""The tables of the ledger. Times are in seconds since the epoch, by the store's clock."""

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, Table, Text

from interlock_agents.ledger.effects import FINAL
from interlock_agents.ledger.refusals import final, fixed
from interlock_agents.metadata import Number, metadata

effects = Table(
    "agents_effects",
    metadata,
    Column("id", Text, primary_key=True),  # of its place: there is one effect at a place
    Column("run", Text, nullable=False),
    Column("node", Text, nullable=False),
    Column("approach", Integer, nullable=False),
    Column("tool", Text, nullable=False),
    Column("tool_digest", Text, nullable=False),
    Column("call", Text, nullable=False),  # the model's id of the call
    Column("arguments", Text, nullable=False),  # JSON
    Column("arguments_digest", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("effect", Text, nullable=False),
    Column("way", Text, nullable=False),  # how it may be repeated
    Column("retention", Double),
    Column("settles_within", Double, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),  # how often it was sent
    Column("doubtful", Boolean, nullable=False),  # whether a sending before the last may have happened
    Column("epoch", BigInteger, nullable=False),
    Column("owner", Text, nullable=False),
    Column("lease", Double, nullable=False),  # until when nobody else takes it over
    Column("lease_boot", Text, nullable=False),
    Column("lease_elapsed", Double, nullable=False),
    Column("lease_process", Text, nullable=False),
    Column("first_sent", Double),  # since when the service may know the key
    Column("until", Double),  # of an unknown one: until when it may still happen
    Column("reason", Text),
    Column("retry_after", Double),
    Column("content", Text, nullable=False),  # JSON, as the three below
    Column("receipt", Text),
    Column("seen", Integer, nullable=False),
    Column("cost", Text),
    Column("grant", Text),
    Column("compensates", Text),
    Index("agents_effects_node", "run", "node", "approach"),
    Index("agents_effects_state", "state", "lease"),
)

events = Table(
    "agents_effect_events",
    metadata,
    Column("number", Number, primary_key=True),
    Column("effect", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("was", Text),
    Column("now", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("by", Text),  # the person who decided
    Index("agents_effect_events_effect", "effect", "number"),
)
"""Written in the transaction of what they tell of, and never changed."""

grants_used = Table(
    "agents_grants_used",
    metadata,
    Column("grant", Text, primary_key=True),
    Column("effect", Text, nullable=False),
    Column("at", Double, nullable=False),
)

fixed(events)
final(effects, FINAL)
