"""Anthropic's Messages API, as clients speak it."""

from interlock_server.dialects.messages.dialect import MESSAGES, MessagesDialect

__all__ = ["MESSAGES", "MessagesDialect"]
