"""Migrations of the audit log's tables, for Alembic."""
