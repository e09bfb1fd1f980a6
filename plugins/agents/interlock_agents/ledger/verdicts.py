"""What a sending came to, and what may follow while nobody knows. Nothing here does I/O."""

from typing import Literal

from interlock import ToolOutcome
from interlock.tools import Classified
from interlock_agents.ledger.effects import Effect

Meaning = Literal["confirmed", "failed", "again", "refused"]
"""`again`: nobody knows, and what may be done is done. `refused`: this sending did nothing, but an earlier
one may have.
"""

Step = Literal["send", "read", "ask"]
"""Send it again; look for it first; ask a person."""


def meaning(effect: Effect, outcome: ToolOutcome) -> Meaning:
    """What the outcome of its last sending says of the effect, all its sendings together."""
    if outcome.outcome == "done":
        return "confirmed"
    if outcome.outcome == "unknown":
        return "again"
    if outcome.reason == "conflict" and effect.tries > 1 and effect.repeat.way == "key":
        return "again"  # it may be the first sending, still under way with the same key
    if not effect.doubtful:
        return "failed"
    return "refused" if outcome.reason == "refused" else "again"


def following(tool: Classified, *, same: bool, can_find: bool, fresh: bool, refused: bool) -> Step:
    """What may follow a sending of which nobody knows whether it has happened.

    `tool` is what the user's policy says of it now; `same` is whether it is the version that was sent with,
    `fresh` whether the service still remembers the key, `refused` whether the last sending was refused.
    """
    way = tool.repeat.way
    if way in ("key", "natural") and same and not refused and (fresh or way == "natural"):
        return "send"
    return "read" if can_find and way != "none" else "ask"


def horizon(effect: Effect, tool: Classified) -> float:
    """Seconds after which a sending has happened or never will: the longer of what was said and what is."""
    return max(effect.settles_within, tool.settles_within)
