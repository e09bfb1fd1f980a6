"""Arguments of a tool call, as an answer holds them: an object, or a text that should be one."""

import json
from typing import Any, TypeGuard

from interlock.errors import ProtocolError
from interlock.types.strict import is_sound, loads

_ENCODER = json.JSONEncoder(ensure_ascii=False)


def is_arguments(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether it can be a tool call's arguments: an object, with no number that is none and no key twice."""
    return isinstance(value, dict) and is_sound(value)


def arguments_in(text: str) -> dict[str, Any] | None:
    """The object, which is empty where nothing is said; None for what is none."""
    value = input_in(text)
    return value if isinstance(value, dict) else None


def input_in(text: str) -> Any:
    """What a tool was given, of which nothing is an empty object; a text that is no JSON stays as it is."""
    try:
        return loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        return text


def broken_call(name: str | None) -> ProtocolError:
    """The error for a tool call of this name that cannot be made; nothing of it may be handed over."""
    what = "arguments are no JSON object" if name else "name is missing"
    return ProtocolError(f"the answer holds a tool call whose {what}")


def written(value: Any) -> str:
    """A value that came as JSON, as JSON. Raises ProtocolError for one that is nested too deeply."""
    try:
        # Piece by piece, for a large object in one call would keep other threads waiting.
        return "".join(_ENCODER.iterencode(value))
    except (ValueError, RecursionError):
        raise ProtocolError("a part of the answer is nested too deeply") from None
