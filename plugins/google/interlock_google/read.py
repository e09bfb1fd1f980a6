"""Reading JSON that may be anything: what plain answers and streams have in common."""

import base64
import binascii
import re
from typing import Any

from interlock.errors import InvalidRequest, PermissionDenied, ProtocolError, ProviderError, Unavailable
from interlock.http import is_arguments
from interlock.http.payload import count_of, optional_text, parts_in, said
from interlock.types.messages import Audio, Document, Image
from interlock.types.response import FinishReason, Usage
from interlock_google.errors import error_inside

_FINISH: dict[str, FinishReason] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",
    "SAFETY": "refusal",
    "RECITATION": "refusal",
    "LANGUAGE": "refusal",
    "BLOCKLIST": "refusal",
    "PROHIBITED_CONTENT": "refusal",
    "SPII": "refusal",
    "IMAGE_SAFETY": "refusal",
    "IMAGE_PROHIBITED_CONTENT": "refusal",
    "IMAGE_RECITATION": "refusal",
    "ESCALATION": "refusal",
    "MODEL_ARMOR": "refusal",
}
# What the vendor calls an end and is none: the answer is not whole.
_BROKEN: dict[str, type[ProviderError]] = {
    "OTHER": Unavailable,
    "IMAGE_OTHER": Unavailable,
    "NO_IMAGE": Unavailable,
    "MALFORMED_FUNCTION_CALL": ProtocolError,
    "MALFORMED_RESPONSE": ProtocolError,
    "UNEXPECTED_TOOL_CALL": ProtocolError,
    "TOO_MANY_TOOL_CALLS": ProtocolError,
    "MISSING_THOUGHT_SIGNATURE": InvalidRequest,
    "PUP_LIMITED_DISABLED": PermissionDenied,
}
_REASON = re.compile(r"[A-Z_]{1,60}")


def raise_error(payload: dict[str, Any]) -> None:
    """Raise what the payload reports as an error, if it does."""
    if payload.get("error"):
        raise error_inside(payload)


def first_candidate(payload: dict[str, Any]) -> dict[str, Any] | None:
    """The candidate with index 0; None when there is none."""
    candidates = payload.get("candidates")
    if candidates is None:
        return None
    if not isinstance(candidates, list):
        raise ProtocolError("the answer's candidates are no list")
    for candidate in candidates:
        if not isinstance(candidate, dict):
            raise ProtocolError("a candidate is no object")
        if candidate.get("index") in (0, None):
            return candidate
    return None


def parts_of(candidate: dict[str, Any]) -> list[dict[str, Any]]:
    """The candidate's parts; a candidate that was blocked or cut at once has none."""
    content = candidate.get("content")
    if content is None:
        return []
    parts = content.get("parts") if isinstance(content, dict) else content
    if parts is None:
        return []
    if not isinstance(parts, list):
        raise ProtocolError("the answer's parts are no list")
    for part in parts_in(parts):
        if not isinstance(part, dict):
            raise ProtocolError("a part of the answer is no object")
    return parts


def block_of(payload: dict[str, Any]) -> dict[str, Any] | None:
    """Why the prompt itself was refused, or None."""
    feedback = payload.get("promptFeedback")
    return feedback if isinstance(feedback, dict) and feedback.get("blockReason") else None


def is_cut(reason: Any) -> bool:
    return isinstance(reason, str) and _FINISH.get(reason) == "length"


def finish(reason: Any, *, called: bool) -> FinishReason:
    """Our word for the vendor's reason. Raises when it says that the answer broke off, or nothing we know."""
    known = _FINISH.get(reason) if isinstance(reason, str) else None
    if known is not None:
        return "tool_calls" if called and known == "stop" else known
    if isinstance(reason, str) and reason in _BROKEN:
        raise _BROKEN[reason](f"the vendor broke its answer off: {reason}", code=reason)
    if isinstance(reason, str) and _REASON.fullmatch(reason):
        raise ProtocolError(f"the answer ended for a reason that is not known: {reason}", code=reason)
    raise ProtocolError("the answer does not say how it ended")


def refusal_of(source: dict[str, Any], ended: FinishReason) -> str:
    """The vendor's words about a refusal, if it found any."""
    if ended != "refusal":
        return ""
    return optional_text(source.get("finishMessage")) or optional_text(source.get("blockReasonMessage")) or ""


def usage(found: Any) -> Usage | None:
    """Tokens. The vendor counts what its own tools read apart from the prompt, and thoughts apart from the
    answer; only the four together make its total.
    """
    if not isinstance(found, dict):
        return None
    thoughts = count_of(found.get("thoughtsTokenCount"))
    return Usage(
        input_tokens=_sum(
            count_of(found.get("promptTokenCount")), count_of(found.get("toolUsePromptTokenCount"))
        ),
        output_tokens=_sum(count_of(found.get("candidatesTokenCount")), thoughts),
        cache_read=count_of(found.get("cachedContentTokenCount")),
        reasoning=thoughts,
    )


def _sum(left: int | None, right: int | None) -> int | None:
    return right if left is None else left if right is None else left + right


def call_id(call: dict[str, Any], payload: dict[str, Any], index: int) -> str:
    """The vendor's id, else one made of the answer's: two turns of a conversation must not share ids."""
    if given := optional_text(call.get("id")):
        return given
    answer = optional_text(payload.get("responseId"))
    return f"call_{answer}_{index}" if answer else f"call_{index}"


def call_arguments(call: dict[str, Any]) -> dict[str, Any] | None:
    """The arguments, none at all being an empty object; None when they are no object, or a piece of one."""
    arguments = call.get("args")
    if arguments is None:
        return {}
    if not is_arguments(arguments) or call.get("willContinue") or call.get("partialArgs"):
        return None
    return arguments


def signature_of(part: dict[str, Any]) -> str | None:
    return optional_text(part.get("thoughtSignature"))


def text_in(part: dict[str, Any]) -> str:
    text = part["text"]
    if not isinstance(text, str):
        raise ProtocolError("a part's text is no text")
    return text


def is_opaque(part: dict[str, Any]) -> bool:
    """Whether the part is none that we read: code that the vendor ran, what its tools found, and the like."""
    return any(key not in ("thought", "thoughtSignature") for key in part)


def made_in(part: dict[str, Any]) -> Image | Audio | Document | None:
    """A picture or the like that the model made, or None."""
    blob = part.get("inlineData")
    if blob is None or part.get("thought"):
        return None
    if not isinstance(blob, dict):
        raise ProtocolError("the answer holds media that is no object")
    media_type, data = said(blob, "mimeType"), said(blob, "data")
    try:
        raw = base64.b64decode(data.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise ProtocolError("the answer holds media that is not base64") from None
    kinds: dict[str, type[Image | Audio | Document]] = {"image": Image, "audio": Audio}
    return kinds.get(media_type.partition("/")[0], Document)(data=raw, media_type=media_type or None)
