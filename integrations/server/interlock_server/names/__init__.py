"""Names of models: what they stand for, and which of them a key may use."""

from interlock_server.names.book import ModelNames

__all__ = ["ModelNames"]
