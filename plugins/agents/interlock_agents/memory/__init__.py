"""What a run knows so far: values by node, with their types, searchable, kept through crashes."""

from interlock_agents.memory.memory import Found, Memory
from interlock_agents.memory.remembered import Remembered, text_of

__all__ = ["Found", "Memory", "Remembered", "text_of"]
