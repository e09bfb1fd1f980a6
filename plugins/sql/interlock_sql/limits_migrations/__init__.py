"""The history of the limits's tables."""
