"""The one clock of a database."""

import time

from sqlalchemy import Connection, func, select


def seconds(connection: Connection) -> float:
    """Now, in seconds since the epoch, by the database's own clock; a file's is that of its machine."""
    if connection.dialect.name != "postgresql":
        return time.time()
    return float(connection.execute(select(func.extract("epoch", func.clock_timestamp()))).scalar_one())
