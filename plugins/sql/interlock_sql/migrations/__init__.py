"""Migrations, run by Alembic when a database is opened."""
