"""What the page is made with."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from interlock_agents.approvals import Requests
from interlock_agents.ledger.ledger import Ledger
from interlock_agents.pages.sessions import Sessions

GoalOf: TypeAlias = Callable[[str], Awaitable[str]]
"""What a run is for, by its id; an empty text where that is not known."""


async def no_goal(run: str) -> str:  # noqa: ARG001 - as one that knows
    """Of a run nobody says what it is for."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where requests and effects are, who is looking, and where all this is reached.

    Attributes:
        origins: under which the page is reached, such as `http://127.0.0.1:8791`.
        ledger: for effects in doubt; None where none are kept.
    """

    requests: Requests
    sessions: Sessions
    origins: Sequence[str]
    ledger: Ledger | None = None
    goal_of: GoalOf = no_goal
