"""Results as texts: what is kept of them, and what comes back."""

import json
from typing import Any

from interlock_agents.engines.errors import EngineError, NotJson

_LONGEST = 500  # characters of what is looked for by it


def to_text(value: Any, *, what: str) -> str:
    """The value as JSON in ASCII, which every database takes; `what` gave it, for the error.

    Raises:
        NotJson: it is none; numbers that JSON lacks count as such.
    """
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise NotJson(f"{what} gave {type(value).__name__}, which is no JSON value: {error}") from error


def from_text(text: str) -> Any:
    """What is given back for what was kept; a first time gives this, too, so that it equals a later one."""
    return json.loads(text)


def check(name: str, *, what: str) -> None:
    """Raise EngineError unless every database can keep the name; `what` it is, for the error."""
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST:
        raise EngineError(f"{what} is a text of 1 to {_LONGEST} characters")
    if "\0" in name or any("\ud800" <= each <= "\udfff" for each in name):
        raise EngineError(f"{what} has no NUL and no half of a character in it: {name!r}")
