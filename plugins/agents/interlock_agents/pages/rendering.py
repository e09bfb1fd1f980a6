"""Templates and the stylesheet."""

from collections.abc import Mapping
from typing import Any, Final

from interlock_agents.approvals.seeing import seen
from interlock_pages import Rendering

PACKAGE: Final = "interlock_agents.pages"
SYMBOLS: Final = {"read": "○", "write": "●", "destructive": "▲", "irreversible": "✕"}
"""What goes with the word for an effect, for whoever does not see its colour."""
TONES: Final = {"read": "ok", "write": "info", "destructive": "attention", "irreversible": "problem"}
FILTERS: Final = {"seen": seen}
VALUES: Final = {"symbols": SYMBOLS, "tones": TONES}
RENDERING: Final = Rendering(PACKAGE, filters=FILTERS, values=VALUES)


def rendering_within(package: str, *, root: str, base: str, values: Mapping[str, Any]) -> Rendering:
    """The same pages within another package's, whose `approvals.html.jinja` is the frame around them and
    knows these `values`.
    """
    known = {**VALUES, **values}
    return Rendering(package, over=[PACKAGE], root=root, base=base, filters=FILTERS, values=known)
