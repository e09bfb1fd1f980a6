"""Templates and the stylesheet."""

from typing import Any, Final

from starlette.responses import HTMLResponse

from interlock_agents.approvals.seeing import seen
from interlock_agents.pages.sessions import Session
from interlock_pages import Rendering

SYMBOLS: Final = {"read": "○", "write": "●", "destructive": "▲", "irreversible": "✕"}
"""What goes with the word for an effect, for whoever does not see its colour."""
TONES: Final = {"read": "ok", "write": "info", "destructive": "attention", "irreversible": "problem"}
_RENDERING: Final = Rendering(
    "interlock_agents.pages", filters={"seen": seen}, values={"symbols": SYMBOLS, "tones": TONES}
)


def page(template: str, *, session: Session | None = None, status: int = 200, **values: Any) -> HTMLResponse:
    """The template, filled in."""
    return _RENDERING.page(template, status=status, session=session, **values)


def style() -> str:
    """The stylesheet."""
    return _RENDERING.style
