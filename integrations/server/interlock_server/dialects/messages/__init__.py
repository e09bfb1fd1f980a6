"""Anthropic's Messages API, as clients speak it."""

from interlock_server.dialects.messages.dialect import COUNTING, MESSAGES, CountingDialect, MessagesDialect

__all__ = ["COUNTING", "MESSAGES", "CountingDialect", "MessagesDialect"]
