"""Migrations of the database of evaluations."""
