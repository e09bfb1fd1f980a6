"""Reading JSON that may be anything: what plain answers and streams have in common."""

from typing import Any

from interlock.errors import ProtocolError, Unavailable
from interlock.http.payload import count_of, optional_text, text_of
from interlock.types.messages import Citation
from interlock.types.response import FinishReason, Usage
from interlock_openai.errors import error_inside

# Whose `usage.cost` is what it charges, in US dollars; more than that is no price of a request.
_CHARGES = frozenset({"openrouter"})
_MUCH = 1e6

_FINISH: dict[str, FinishReason] = {
    "stop": "stop",
    "eos": "stop",
    "eos_token": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "completed": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "max_output_tokens": "length",
    "model_context_window_exceeded": "length",
    "repetition_truncation": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "tool_call": "tool_calls",
    "tool_use": "tool_calls",
    "content_filter": "refusal",
    "content-filter": "refusal",
    "sensitive": "refusal",
    "refusal": "refusal",
    "safety": "refusal",
}
_BROKEN = frozenset({"error", "abort", "network_error", "insufficient_system_resource"})
# The first of these that is a number: in the details of the input, and beside them where those say nothing.
_WRITTEN = ("cache_write_tokens", "cache_creation_input_tokens")
_READ_BESIDE = ("prompt_cache_hit_tokens", "num_cached_tokens", "cached_tokens")
# What a message holds its thought under.
_THOUGHTS = ("reasoning_content", "reasoning", "reasoning_details")
_PLAIN = frozenset({"role", "content"})
_EMPTY: tuple[Any, ...] = ("", [])


def raise_error(payload: dict[str, Any], vendor: str) -> None:
    """Raise what the payload reports as an error, if it does."""
    if payload.get("error"):
        raise error_inside(payload, vendor=vendor)
    if "choices" not in payload and (
        payload.get("message") or payload.get("detail") or payload.get("errors")
    ):
        raise error_inside(payload, vendor=vendor)


def first_choice(choices: Any) -> dict[str, Any] | None:
    """The choice with index 0; None when there is none."""
    if choices is None:
        return None
    if not isinstance(choices, list):
        raise ProtocolError("the answer's choices are no list")
    for choice in choices:
        if not isinstance(choice, dict):
            raise ProtocolError("a choice is no object")
        if choice.get("index") in (0, None):
            return choice
    return None


def is_cut(reason: Any) -> bool:
    return isinstance(reason, str) and _FINISH.get(reason) == "length"


def finish(reason: Any, choice: dict[str, Any], *, called: bool, refused: bool, vendor: str) -> FinishReason:
    """Our word for the vendor's reason. Raises when it says that it broke off, or says nothing we know."""
    if isinstance(choice.get("error"), dict):
        raise error_inside(choice, vendor=vendor)
    word = reason if isinstance(reason, str) else ""
    known = _FINISH.get(word)
    if known is None:
        if word in _BROKEN:
            raise Unavailable(f"the vendor broke its answer off: {word}", code=word)
        if called:
            return "tool_calls"
        raise ProtocolError("the answer does not say how it ended, or says so in no known word")
    if known == "stop":
        return "tool_calls" if called else "refusal" if refused else "stop"
    if known == "tool_calls" and not called:
        raise ProtocolError("the answer announces tool calls and holds none")
    return known


def usage(payload: dict[str, Any], vendor: str = "") -> Usage | None:
    """Tokens, wherever the vendor put them, and what it charges, if it says so; None when it sent none."""
    found = payload.get("usage")
    if not isinstance(found, dict):
        groq = payload.get("x_groq")
        found = groq.get("usage") if isinstance(groq, dict) else None
        if not isinstance(found, dict):
            return None
    read = written = thought = None
    if isinstance(details := found.get("prompt_tokens_details"), dict):
        read, written = count_of(details.get("cached_tokens")), _first(details, _WRITTEN)
    if isinstance(details := found.get("completion_tokens_details"), dict):
        thought = count_of(details.get("reasoning_tokens"))
    return Usage(
        input_tokens=count_of(found.get("prompt_tokens")),
        output_tokens=count_of(found.get("completion_tokens")),
        cache_read=_first(found, _READ_BESIDE) if read is None else read,
        cache_write=written,
        reasoning=count_of(found.get("reasoning_tokens")) if thought is None else thought,
        cost=_dollars(found.get("cost")) if vendor in _CHARGES else None,
    )


def _dollars(value: Any) -> float | None:
    known = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _MUCH
    return float(value) if known else None


def _first(place: dict[str, Any], names: tuple[str, ...]) -> int | None:
    """The first count under any of these names."""
    for name in names:
        if name in place and (number := count_of(place[name])) is not None:
            return number
    return None


def citations(annotations: Any) -> tuple[Citation, ...]:
    """Web sources that a vendor names for the text; other annotations are not citations."""
    if not isinstance(annotations, list):
        return ()
    found = []
    for annotation in annotations:
        source = annotation.get("url_citation") if isinstance(annotation, dict) else None
        if not isinstance(source, dict):
            continue
        start, end = count_of(source.get("start_index")), count_of(source.get("end_index"))
        placed = start is not None and end is not None and end > start  # 0 to 0 is how some say "somewhere"
        found.append(
            Citation(
                url=optional_text(source.get("url")),
                title=optional_text(source.get("title")),
                quote=optional_text(source.get("content")),
                start=start if placed else None,
                end=end if placed else None,
            )
        )
    return tuple(found)


def only_text(message: dict[str, Any]) -> str | None:
    """The text of a message that says nothing besides; None of any other."""
    content = message.get("content")
    if not isinstance(content, str):
        return None
    for key, value in message.items():
        if value is not None and key not in _PLAIN and value not in _EMPTY:
            return None
    return content


def reasoning_of(message: dict[str, Any]) -> str:
    """The thought in a message or a delta, whatever its name; blocks count where there is no plain text."""
    if message.keys().isdisjoint(_THOUGHTS):
        return ""
    for key in ("reasoning_content", "reasoning"):
        if text := text_of(message.get(key)):
            return text
    details = message.get("reasoning_details")
    if not isinstance(details, list):
        return ""
    blocks = [detail for detail in details if isinstance(detail, dict)]
    return "".join(text_of(block.get("text")) or text_of(block.get("summary")) for block in blocks)


def joined(value: Any) -> str:
    """Text out of a string, or of a list of text parts."""
    if isinstance(value, list):
        return "".join(
            text_of(item.get("text")) if isinstance(item, dict) else text_of(item) for item in value
        )
    return text_of(value)
