"""Migrations of the database of keys."""
