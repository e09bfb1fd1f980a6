"""Migrations of the table of leases, for Alembic."""
