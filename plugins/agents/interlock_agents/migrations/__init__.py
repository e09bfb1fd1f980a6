"""Migrations of the database of agents, run by Alembic."""
