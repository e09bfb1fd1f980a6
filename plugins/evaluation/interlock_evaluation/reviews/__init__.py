"""Blind review: people compare answers of a run's models without knowing whose they are."""
