"""What plain answers and streams have in common."""

from typing import Any

from interlock.errors import ProtocolError
from interlock.http.payload import count_of, optional_text
from interlock.types.messages import Citation
from interlock.types.request import Request
from interlock.types.response import FinishReason, Usage
from interlock_anthropic.encode import must_call_tools
from interlock_anthropic.errors import error_inside
from interlock_anthropic.models import Traits

BESIDE = frozenset(
    {
        "container", "context_management", "diagnostics", "input_transformations", "stop_details",
        "stop_sequence",
    }
)  # fmt: skip
_USED_BESIDE = frozenset({"iterations", "server_tool_use", "service_tier"})
_PLAIN_ENDS = ("end_turn", "tool_use", "max_tokens")
# pause_turn and compaction hand over a turn that the vendor has not finished.
_FINISH: dict[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "pause_turn": "length",
    "compaction": "length",
    "tool_use": "tool_calls",
    "refusal": "refusal",
}
# Of models that know no `inference_geo`.
_UNSAID = "not_available"
# The last call of an answer that ended so may be half of one.
CUT: tuple[FinishReason, ...] = ("length", "refusal")


def raise_error(payload: dict[str, Any]) -> None:
    """Raise what the payload reports as an error, if it does."""
    if payload.get("type") == "error" or payload.get("error"):
        raise error_inside(payload)


def ended(reason: Any) -> FinishReason:
    """Our word for the vendor's reason."""
    known = _FINISH.get(reason) if isinstance(reason, str) else None
    if known is None:
        raise ProtocolError("the answer does not say how it ended, or says so in no known word")
    return known


def finish(
    request: Request, traits: Traits, known: FinishReason, *, called: bool, answered: bool
) -> FinishReason:
    """How the answer ended, seen together with what it holds.

    `answered` says that the answer came as a tool's arguments.
    """
    if known in CUT:
        return known
    if called:
        return "tool_calls"
    if known == "tool_calls" and not answered:
        raise ProtocolError("the answer announces tool calls and holds none")
    if not answered and must_call_tools(request, traits):
        raise ProtocolError(f"the model was told to call {request.tool_choice} and did not")
    return "stop"


def usage(found: Any) -> Usage | None:
    """None when nothing was sent."""
    if not isinstance(found, dict):
        return None
    fresh = count_of(found.get("input_tokens"))
    read = count_of(found.get("cache_read_input_tokens"))
    written = count_of(found.get("cache_creation_input_tokens"))
    details = found.get("output_tokens_details")
    return Usage(
        input_tokens=None if fresh is None else fresh + (read or 0) + (written or 0),
        output_tokens=count_of(found.get("output_tokens")),
        cache_read=read,
        cache_write=written,
        reasoning=count_of(details.get("thinking_tokens")) if isinstance(details, dict) else None,
    )


def evidence(used: dict[str, Any]) -> str | None:
    """Where the answer says that it was made; None where the vendor says that it cannot say."""
    place = optional_text(used.get("inference_geo"))
    return None if place == _UNSAID else place


def citations(found: Any, start: int, end: int) -> tuple[Citation, ...]:
    """Sources of the text from `start` to `end`."""
    if not isinstance(found, list):
        return ()
    placed = end > start
    return tuple(
        Citation(
            url=_url(citation.get("url")) or _url(citation.get("source")),
            title=optional_text(citation.get("title")) or optional_text(citation.get("document_title")),
            quote=optional_text(citation.get("cited_text")),
            start=start if placed else None,
            end=end if placed else None,
        )
        for citation in found
        if isinstance(citation, dict)
    )


def _url(value: Any) -> str | None:
    return value if isinstance(value, str) and value.startswith(("https://", "http://")) else None


def only_text(content: list[Any]) -> str | None:
    """The text of an answer that is one text and says nothing besides; None of any other."""
    block = content[0] if len(content) == 1 else None
    if not isinstance(block, dict) or block.get("type") != "text" or block.get("citations"):
        return None
    text = block.get("text")
    return text if isinstance(text, str) else None


def text_in(block: dict[str, Any], key: str) -> str:
    """Text that a block must hold; absent is empty."""
    value = block.get(key, "")
    if not isinstance(value, str):
        raise ProtocolError(f"the {key} of a block is no text")
    return value


def explanation(details: Any) -> str:
    """Why the vendor stopped the model, when the model itself said nothing."""
    return (optional_text(details.get("explanation")) or "") if isinstance(details, dict) else ""


def extra_of(
    told: dict[str, Any], used: dict[str, Any], reason: Any, others: list[dict[str, Any]]
) -> dict[str, Any]:
    """What the answer says besides its parts; `told` and `used` are what its events say together."""
    extra = {key: value for key, value in told.items() if value}
    if reason not in _PLAIN_ENDS:
        extra["stop_reason"] = reason
    if others:
        extra["blocks"] = others
    if more := {key: value for key, value in used.items() if key in _USED_BESIDE and value}:
        extra["usage"] = more
    return extra
