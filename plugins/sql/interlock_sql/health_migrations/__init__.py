"""The history of the health's tables."""
