"""What the page is made with."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from starlette.responses import HTMLResponse

from interlock_agents.approvals import Requests
from interlock_agents.ledger.ledger import Ledger
from interlock_agents.pages.rendering import RENDERING
from interlock_agents.pages.sessions import Sessions
from interlock_pages import Rendering

GoalOf: TypeAlias = Callable[[str], Awaitable[str]]
"""What a run is for, by its id; an empty text where that is not known."""


async def no_goal(run: str) -> str:  # noqa: ARG001 - as one that knows
    """Of a run nobody says what it is for."""
    return ""


class Approver(Protocol):
    """Whoever has signed in. `name` is theirs, as the authentication says; `form` what each of their forms
    has to bring along.
    """

    @property
    def name(self) -> str: ...

    @property
    def form(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What waits for people, and how it is shown.

    Attributes:
        ledger: for effects in doubt; None where none are kept.
    """

    requests: Requests
    ledger: Ledger | None = None
    goal_of: GoalOf = no_goal
    rendering: Rendering = RENDERING

    def page(
        self, template: str, *, session: Approver | None = None, status: int = 200, **values: Any
    ) -> HTMLResponse:
        """The template, filled in."""
        return self.rendering.page(template, status=status, session=session, **values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site(Desk):
    """The desk as a site of its own: who is looking, and where it is reached.

    Attributes:
        origins: under which the page is reached, such as `http://127.0.0.1:8791`.
    """

    sessions: Sessions
    origins: Sequence[str]
