"""Empty databases on a PostgreSQL server."""

from postgresql import database, server

__all__ = ["database", "server"]
