"""Reading answers: what plain ones and streams have in common."""

from typing import Any

from interlock.errors import ProtocolError
from interlock.http.payload import count_of, optional_text, text_of
from interlock.types.messages import Citation
from interlock.types.response import FinishReason, Usage

_FINISH: dict[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "guardrail_intervened": "refusal",
    "content_filtered": "refusal",
}
_MALFORMED = ("malformed_model_output", "malformed_tool_use")
_AT_END = ("additionalModelResponseFields",)
_BESIDE = ("metrics", "performanceConfig", "serviceTier", "trace")
_PLAIN_ENDS = ("end_turn", "tool_use", "max_tokens")
_WEB = ("https://", "http://")


def ended(reason: Any) -> FinishReason:
    """Our word for the vendor's. Raises ProtocolError for a word that is unknown, or says `malformed`."""
    known = _FINISH.get(reason) if isinstance(reason, str) else None
    if known is not None:
        return known
    if reason in _MALFORMED:
        raise ProtocolError(f"the model's answer was malformed: {reason}", code=reason)
    raise ProtocolError("the answer does not say how it ended, or says so in no known word")


def finish(known: FinishReason, *, called: bool, answered: bool, told_to_call: bool) -> FinishReason:
    """The end, seen with what came: `answered` is an answer that was taken by a tool."""
    if known in ("stop", "tool_calls"):
        if called:
            return "tool_calls"
        if answered:
            return "stop"
        if known == "tool_calls":
            raise ProtocolError("the answer announces tool calls and holds none")
        if told_to_call:
            raise ProtocolError("the model was told to call a tool and did not")
    return known


def usage(found: Any) -> Usage | None:
    """Tokens; None when there are none. The vendor counts what touched the cache apart from the input."""
    if not isinstance(found, dict):
        return None
    read = _cached(found, "cacheReadInputToken")
    write = _cached(found, "cacheWriteInputToken")
    given = count_of(found.get("inputTokens"))
    return Usage(
        input_tokens=None if given is None else given + (read or 0) + (write or 0),
        output_tokens=count_of(found.get("outputTokens")),
        cache_read=read,
        cache_write=write,
    )


def _cached(found: dict[str, Any], name: str) -> int | None:
    count = count_of(found.get(f"{name}s"))
    return count_of(found.get(f"{name}Count")) if count is None else count


def citation(found: Any, start: int, end: int) -> Citation | None:
    """A source for the characters `start` to `end` of the text."""
    if not isinstance(found, dict):
        return None
    location = found.get("location")
    web = location.get("web") if isinstance(location, dict) else None
    url = optional_text(web.get("url")) if isinstance(web, dict) else None
    source = text_of(found.get("source"))
    if url is None and source.startswith(_WEB):
        url = source
    content = found.get("sourceContent")
    quote = (
        "".join(text_of(piece.get("text")) for piece in content if isinstance(piece, dict))
        if (isinstance(content, list))
        else ""
    )
    title = optional_text(found.get("title")) or (source if source and url is None else None)
    if not (url or title or quote):
        return None
    placed = end > start
    return Citation(
        url=url,
        title=title,
        quote=quote or None,
        start=start if placed else None,
        end=end if placed else None,
    )


def string_in(holder: dict[str, Any], key: str) -> str:
    """A text that must be one."""
    value = holder.get(key)
    if not isinstance(value, str):
        raise ProtocolError(f"{key} is no text")
    return value


def object_in(holder: dict[str, Any], key: str) -> dict[str, Any]:
    """An object that must be one."""
    value = holder.get(key)
    if not isinstance(value, dict):
        raise ProtocolError(f"{key} is no object")
    return value


def served_model(trace: Any) -> str | None:
    """Named by prompt routers alone."""
    router = trace.get("promptRouter") if isinstance(trace, dict) else None
    return optional_text(router.get("invokedModelId")) if isinstance(router, dict) else None


def end_extra(payload: dict[str, Any]) -> dict[str, Any]:
    """What the end of an answer says besides our own words."""
    extra = {key: payload[key] for key in _AT_END if payload.get(key)}
    if payload.get("stopReason") not in _PLAIN_ENDS:
        extra["stopReason"] = payload.get("stopReason")
    return extra


def side_extra(payload: dict[str, Any]) -> dict[str, Any]:
    """What is told about an answer: times, the guardrail's trace, the tier."""
    return {key: payload[key] for key in _BESIDE if payload.get(key)}
