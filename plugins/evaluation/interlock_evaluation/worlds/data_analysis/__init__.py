"""Tables of a trading house, and questions to them that end in tables and reports."""

from interlock_evaluation.worlds.data_analysis import columns, making, reading
from interlock_evaluation.worlds.data_analysis.warehouse import WORLD

__all__ = ["WORLD", "columns", "making", "reading"]
