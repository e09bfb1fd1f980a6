"""The tables of keys, as queries see them. Migrations make them."""

from sqlalchemy import Column, Double, Integer, MetaData, Table, Text

metadata = MetaData()

keys = Table(
    "server_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("sha256", Text, nullable=False),  # of its secret
    Column("fields", Text, nullable=False),  # what a file says of a key beside its secret, as JSON
    Column("made_at", Double, nullable=False),
    Column("revoked_at", Double),
)
"""Times are seconds since the epoch."""

changes = Table(
    "server_keys_changes",
    metadata,
    Column("id", Integer, primary_key=True),  # the only row's, 1
    Column("number", Integer, nullable=False),  # another one after each change of a key
)
"""What servers look at, again and again, to see whether they must read the keys once more."""
