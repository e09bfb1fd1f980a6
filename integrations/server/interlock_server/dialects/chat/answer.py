"""An answer as chat completions have it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from interlock import Citation, Image, Reasoning, Refusal, Response, Text, ToolCall, Usage
from interlock_server.dialects.call_ids import named
from interlock_server.dialects.chat.messages import proof_of
from interlock_server.dialects.dialect import Asked, Reply
from interlock_server.dialects.media import base64_of
from interlock_server.dialects.proofs import packed

# What vendors of this dialect say beside their answers, and where they say it.
_BESIDE = frozenset(
    {
        "citations", "prompt_filter_results", "search_results", "service_tier", "system_fingerprint",
        "web_search",
    }
)  # fmt: skip
_INSIDE = ("audio", "executed_tools")
_ENCODER = json.JSONEncoder(ensure_ascii=False)


def answer(asked: Asked, response: Response, reply: Reply) -> dict[str, Any]:
    """The body of a whole answer."""
    functions, extra = bool(asked.keeps.get("functions")), response.extra
    choice = {
        "index": 0,
        "message": message_of(response, reply.id, functions=functions),
        "logprobs": extra.get("logprobs"),
        "finish_reason": finish_of(response, functions=functions),
    }
    body: dict[str, Any] = {
        "id": f"chatcmpl-{reply.id}",
        "object": "chat.completion",
        "created": reply.created,
        "model": response.model,
        "choices": [choice],
    }
    if (usage := usage_of(response.usage)) is not None:
        body["usage"] = usage
    body |= beside(extra)
    return body


def message_of(response: Response, answer: str, *, functions: bool) -> dict[str, Any]:
    """The assistant's message. With `functions`, the first call stands where it stood of old."""
    parts = response.message.parts
    texts = [part for part in parts if isinstance(part, Text)]
    text = "".join([part.text for part in texts])
    message: dict[str, Any] = {
        "role": "assistant",
        "content": text,
        "refusal": None,
        "annotations": annotations_of(texts),
    }
    if len(texts) == len(parts):  # as nearly always
        if response.extra:
            message |= made_beside(response)
        return message
    refusal = "".join(part.text for part in parts if isinstance(part, Refusal))
    calls = [part for part in parts if isinstance(part, ToolCall)]
    message["content"] = text if text or not (calls or refusal) else None
    message["refusal"] = refusal or None
    thoughts = [part for part in parts if isinstance(part, Reasoning)]
    if thought := "".join(part.text for part in thoughts):
        message["reasoning_content"] = thought
    if details := details_of(thoughts):
        message["reasoning_details"] = details
    message |= made_beside(response)
    if calls and functions:
        message["function_call"] = {"name": calls[0].name, "arguments": arguments_text(calls[0])}
    elif calls:
        message["tool_calls"] = [call_of(named(call, answer)) for call in calls]
    return message


def made_beside(response: Response) -> dict[str, Any]:
    """What the model made beside words, in the fields that vendors of this dialect have for it."""
    extra = response.extra
    found = {name: extra[name] for name in _INSIDE if name in extra} if extra else {}
    pictures = [_picture(part) for part in response.message.parts if isinstance(part, Image)]
    if isinstance(kept := extra.get("images"), list):
        pictures.extend(kept)
    return {**found, "images": pictures} if pictures else found


def _picture(part: Image) -> dict[str, Any]:
    url = part.url
    if part.data is not None:
        url = f"data:{part.media_type or 'image/png'};base64,{base64_of(part.data)}"
    return {"type": "image_url", "image_url": {"url": url or ""}}


def call_of(call: ToolCall) -> dict[str, Any]:
    """A call, with the proof that its vendor wants back, if it has one."""
    function = {"name": call.name, "arguments": arguments_text(call)}
    return {"id": call.id, "type": "function", "function": function, **_proof(call)}


def _proof(call: ToolCall) -> dict[str, Any]:
    proof = packed(call) if call.signature is not None else None
    return {} if proof is None else {"extra_content": proof_of(proof)}


def arguments_text(call: ToolCall) -> str:
    return _ENCODER.encode(dict(call.arguments))


def details_of(thoughts: Iterable[Reasoning]) -> list[dict[str, Any]]:
    """A block for each thought that its vendor can be given back. The words of a single one stand beside."""
    thoughts = tuple(thoughts)
    spoken = sum(not part.redacted for part in thoughts)
    found: list[dict[str, Any]] = []
    for part in thoughts:
        proof = packed(part)
        if proof is None:
            continue
        if part.redacted:
            block = {"type": "reasoning.encrypted", "data": proof}
        else:
            block = {"type": "reasoning.text", "text": part.text if spoken > 1 else "", "signature": proof}
        found.append({**block, "index": len(found)})
    return found


def annotations_of(texts: Iterable[Text]) -> list[dict[str, Any]]:
    """Sources, as the vendors of this dialect name them."""
    return [
        {"type": "url_citation", "url_citation": _cited(each)} for text in texts for each in text.citations
    ]


def _cited(citation: Citation) -> dict[str, Any]:
    cited: dict[str, Any] = {
        "url": citation.url or "",
        "title": citation.title or "",
        "start_index": citation.start or 0,
        "end_index": citation.end or 0,
    }
    return cited if citation.quote is None else {**cited, "content": citation.quote}


def finish_of(response: Response, *, functions: bool = False) -> str:
    """How the answer ended. A refusal in the model's own words is an end like another, and has its own
    field.
    """
    reason = response.finish_reason or "length"
    if reason == "refusal":
        own = any(isinstance(part, Refusal) for part in response.message.parts)
        return "stop" if own else "content_filter"
    return "function_call" if reason == "tool_calls" and functions else reason


def usage_of(usage: Usage) -> dict[str, Any] | None:
    """Tokens; None where nobody knows any."""
    given, made = usage.input_tokens, usage.output_tokens
    if given is None and made is None:
        return None
    counted: dict[str, Any] = {
        "prompt_tokens": given or 0,
        "completion_tokens": made or 0,
        "total_tokens": (given or 0) + (made or 0),
    }
    if usage.cache_read is not None or usage.cache_write is not None:
        read = _known(cached_tokens=usage.cache_read, cache_write_tokens=usage.cache_write)
        counted["prompt_tokens_details"] = read
    if usage.reasoning is not None:
        counted["completion_tokens_details"] = {"reasoning_tokens": usage.reasoning}
    return counted


def _known(**counts: int | None) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count is not None}


def beside(extra: Mapping[str, Any]) -> dict[str, Any]:
    """What an answer's `extra` holds that has a place in a body."""
    if not extra or _BESIDE.isdisjoint(extra):
        return {}
    return {name: value for name, value in extra.items() if name in _BESIDE}
