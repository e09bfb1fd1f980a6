"""Keys in a database that several servers share: SQLite or PostgreSQL."""
