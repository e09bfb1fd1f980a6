"""Arbiters that ask nobody."""
