"""The dialects of the endpoint: what clients send, and what they are sent. Pure functions, no I/O."""

from interlock_server.dialects.dialect import Asked, Dialect, EventWriter, Reply

__all__ = ["Asked", "Dialect", "EventWriter", "Reply"]
