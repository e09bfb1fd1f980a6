"""A manufacturer's books: purchases, payments, ledger, bank, assets, sales, group; and the audit's papers."""

from interlock_evaluation.worlds.financial_audit import books, purchasing, working
from interlock_evaluation.worlds.financial_audit.world import WORLD

__all__ = ["WORLD", "books", "purchasing", "working"]
