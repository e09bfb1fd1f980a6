"""An answer in this dialect's body: its blocks, how it ended, what it used."""

from collections.abc import Iterable, Mapping
from typing import Any

from interlock import (
    Audio,
    Citation,
    Document,
    Image,
    Reasoning,
    Refusal,
    Response,
    Text,
    ToolCall,
    Usage,
)
from interlock_server.dialects.call_ids import named
from interlock_server.dialects.dialect import Asked, Reply
from interlock_server.dialects.media import base64_of
from interlock_server.dialects.messages.thoughts import (
    SEALED,
    THOUGHTS,
    arranged,
    call_proof,
    redacted_block,
    thinking_block,
)

Block = dict[str, Any]
Media = Image | Audio | Document

_ENDS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "refusal": "refusal"}
_WINDOW = "model_context_window_exceeded"


def answer_of(asked: Asked, response: Response, reply: Reply) -> Block:
    """The body of a whole answer."""
    shown = asked.keeps[THOUGHTS]
    parts = arranged(response.message.parts, shown)
    told = (named(part, reply.id) if isinstance(part, ToolCall) else part for part in parts)
    content = [block for part in told for block in blocks_of(part, sealed=shown == SEALED)]
    return {
        "id": id_of(reply),
        "type": "message",
        "role": "assistant",
        "model": model_of(asked, response.model),
        "content": content,
        **ending(response),
        "container": None,
        "usage": {
            **usage_of(response.usage),
            "cache_creation": None,
            "server_tool_use": None,
            "service_tier": None,
            "inference_geo": place_of(response),
        },
    }


def id_of(reply: Reply) -> str:
    return f"msg_{reply.id}"


def model_of(asked: Asked, card: str) -> str:
    """The client's own name. Some clients give thoughts back to a model of the name that they ask for, and to
    no other, and so would lose them and the signatures of calls at each turn.
    """
    return asked.model or card


def blocks_of(part: object, *, sealed: bool) -> list[Block]:
    """The blocks of one part. With `sealed`, a thought that its vendor knows by its signature has no text."""
    if isinstance(part, Text):
        return [{**text_block(part.text), "citations": citations_of(part.citations) or None}]
    if isinstance(part, Refusal):
        return [text_block(part.text)]
    if isinstance(part, ToolCall):
        proof = call_proof(part)
        return [*([] if proof is None else [proof]), call_block(part.id, part.name, dict(part.arguments))]
    if isinstance(part, Reasoning):
        if part.redacted:
            return [redacted_block(part)]
        return [thinking_block(part, "" if sealed and part.signature else part.text)]
    return [media_block(part)] if isinstance(part, Media) else []


def text_block(text: str) -> Block:
    return {"type": "text", "text": text, "citations": None}


def call_block(id_: str, name: str, arguments: Mapping[str, Any]) -> Block:
    return {"type": "tool_use", "id": id_, "name": name, "input": arguments, "caller": {"type": "direct"}}


def media_block(part: Media) -> Block:
    """What a model has made besides words, as clients send such: the dialect has no answers of that kind."""
    if part.data is not None:
        kind = part.media_type or "application/octet-stream"
        source = {"type": "base64", "media_type": kind, "data": base64_of(part.data)}
    elif part.url is not None:
        source = {"type": "url", "url": part.url}
    else:
        source = {"type": "file", "file_id": part.file_id or ""}
    return {"type": type(part).__name__.lower(), "source": source}


def citations_of(citations: Iterable[Citation]) -> list[Block]:
    """Sources that have an address; of others the dialect wants numbers that nobody knows."""
    return [
        {
            "type": "web_search_result_location",
            "url": each.url,
            "title": each.title,
            "cited_text": each.quote or "",
            "encrypted_index": "",
        }
        for each in citations
        if each.url is not None
    ]


def ending(response: Response) -> Block:
    """How the answer ended, as at the end of a stream too."""
    reason = _ENDS[response.finish_reason or "length"]
    told, sequence = response.extra.get("stop_reason"), response.extra.get("stop_sequence")
    if reason == "end_turn" and told == "stop_sequence" and isinstance(sequence, str):
        return {"stop_reason": "stop_sequence", "stop_sequence": sequence, "stop_details": None}
    if reason == "max_tokens" and told == _WINDOW:
        reason = _WINDOW
    details = response.extra.get("stop_details")
    known = isinstance(details, Mapping) and reason == "refusal" and details.get("type") == "refusal"
    return {"stop_reason": reason, "stop_sequence": None, "stop_details": details if known else None}


def place_of(response: Response) -> str | None:
    """Where the vendor says that it made the answer; None where it says nothing."""
    answering = [each for each in response.record.attempts if each.deployment == response.deployment]
    return next((each.evidenced for each in reversed(answering) if each.error is None), None)


def usage_of(usage: Usage) -> Block:
    """Tokens as this dialect counts them: what went through the vendor's cache stands beside the rest."""
    read, written = usage.cache_read or 0, usage.cache_write or 0
    return {
        "input_tokens": max((usage.input_tokens or 0) - read - written, 0),
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": read,
        "output_tokens": usage.output_tokens or 0,
        "output_tokens_details": None if usage.reasoning is None else {"thinking_tokens": usage.reasoning},
    }
