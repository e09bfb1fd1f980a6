"""Every room's tables, on the one `metadata`: a room that declares some is imported here."""

from interlock_evaluation import tables as runs
from interlock_evaluation.agents import tables as agents
from interlock_evaluation.reviews import tables as reviews
from interlock_evaluation.tables import metadata
from interlock_evaluation.watching import tables as watches

__all__ = ["agents", "metadata", "reviews", "runs", "watches"]
