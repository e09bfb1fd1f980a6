"""Templates and the stylesheet."""

from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from interlock_agents.approvals.seeing import seen
from interlock_agents.pages.sessions import Session

SYMBOLS: Final = {"read": "○", "write": "●", "destructive": "▲", "irreversible": "✕"}
"""What goes with the word for an effect, for whoever does not see its colour."""
TONES: Final = {"read": "ok", "write": "info", "destructive": "attention", "irreversible": "problem"}


def page(template: str, *, session: Session | None = None, status: int = 200, **values: Any) -> HTMLResponse:
    """The template, filled in."""
    text = _environment().get_template(f"{template}.html.jinja").render(session=session, **values)
    return HTMLResponse(text, status_code=status)


@cache
def style() -> str:
    """The stylesheet."""
    return files("interlock_agents.pages").joinpath("page.css").read_text("utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("interlock_agents.pages", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["seen"] = seen
    environment.globals |= {"symbols": SYMBOLS, "tones": TONES}
    return environment
