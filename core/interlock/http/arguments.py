"""Arguments of a tool call, as an answer holds them: an object, or a text that should be one."""

from typing import Any, Literal, TypeGuard

from interlock.errors import ProtocolError
from interlock.types.strict import is_sound, loads


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


def broken_call(where: Literal["answer", "stream"], name: str | None) -> ProtocolError:
    """The error for a tool call of this name that cannot be made; nothing of it may be handed over."""
    what = "arguments are no JSON object" if name else "name is missing"
    return ProtocolError(f"the {where} holds a tool call whose {what}")
