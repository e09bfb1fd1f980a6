"""What figures are of, as people read it: names, and marks in pictures."""

from collections.abc import Mapping
from typing import Final

from interlock_evaluation.runs.asked import Kind
from interlock_reports import Shape

__all__ = ["KINDS", "RULES", "RULE_MARKS"]

RULES: Final[Mapping[str, str]] = {
    "routes": "Routes by task, with a gate",
    "refined": "Routes refined by words",
    "single": "The best model alone",
    "length": "By length alone",
    "winners": "Each task's plain winner",
    "promising": "By task, without a gate",
    "oracle": "The best for each prompt",
}
"""What chooses a model, by the names of `learning`."""
RULE_MARKS: Final[Mapping[str, tuple[str, Shape]]] = {
    "routes": ("routes", "diamond"),
    "refined": ("refined by words", "pentagon"),
    "single": ("best alone", "ring"),
    "length": ("by length", "triangle"),
    "winners": ("plain winners", "square"),
    "oracle": ("best for each prompt", "cross"),
}
"""Those that the picture of cost and quality has, with a short name."""
KINDS: Final[Mapping[Kind, tuple[str, Shape]]] = {
    "model": ("a model", "dot"),
    "ensemble": ("an ensemble of several", "hexagon"),
    "router": ("the router, with its own choice", "star"),
}
