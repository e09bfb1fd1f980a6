"""Which state of an effect may follow which, and who may bring that about. Nothing here does I/O."""

from typing import Literal

from interlock_agents.ledger.effects import EffectState

Mover = Literal["machine", "person"]
Decided = Literal["confirmed", "failed", "retry", "abandon"]

MOVES: frozenset[tuple[EffectState | None, EffectState, Mover]] = frozenset(
    {
        (None, "intent", "machine"),
        ("intent", "sent", "machine"),
        ("intent", "failed", "machine"),  # it goes another way, before anything has left
        ("sent", "sent", "machine"),  # taken over, or sent again
        ("sent", "intent", "machine"),  # it is certain that nothing has left, this time or before
        ("sent", "confirmed", "machine"),
        ("sent", "failed", "machine"),
        ("sent", "unknown", "machine"),
        ("intent", "abandoned", "person"),
        ("unknown", "confirmed", "person"),
        ("unknown", "failed", "person"),
        ("unknown", "intent", "person"),
        ("unknown", "abandoned", "person"),
    }
)
"""What was, what is then, and who may do it. `confirmed`, `failed` and `abandoned` are left by nobody."""

LEADS_TO: dict[Decided, EffectState] = {
    "confirmed": "confirmed",
    "failed": "failed",
    "retry": "intent",
    "abandon": "abandoned",
}
"""What a person says -> the state that follows."""


def allowed(was: EffectState | None, now: EffectState, by: Mover) -> bool:
    """Whether that change may be made."""
    return (was, now, by) in MOVES


def check(was: EffectState | None, now: EffectState, by: Mover) -> None:
    """Raises AssertionError for a change that may not be made: the one who asks is wrong, not the world."""
    if not allowed(was, now, by):
        raise AssertionError(f"{was} -> {now} by a {by} is no move of the ledger")
