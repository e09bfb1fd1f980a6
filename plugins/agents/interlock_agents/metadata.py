"""What the rooms' tables are declared on, each in its own `tables.py`: they share a database."""

from sqlalchemy import BigInteger, Integer, MetaData

metadata = MetaData()

# SQLite counts by itself in columns of its own kind alone.
Number = BigInteger().with_variant(Integer, "sqlite")
