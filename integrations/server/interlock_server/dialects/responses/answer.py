"""An answer as Responses have it."""

from collections.abc import Mapping, Sequence
from time import time
from typing import Any

from interlock import Refusal, Response, Usage
from interlock_server.dialects.dialect import Asked, Reply
from interlock_server.dialects.responses.output import Item, Names, items_of


def answer(asked: Asked, response: Response, reply: Reply) -> dict[str, Any]:
    """The body of a whole answer."""
    output = [*items_of(response.message.parts, Names(reply.id), asked.keeps["tools"])]
    if tokens := tokens_in(response.extra):
        texts = (part for item in output for part in item.get("content", ()) if part["type"] == "output_text")
        for part in texts:
            part["logprobs"] = tokens
            break
    return {**ended(begun(reply), response, output), **asked.keeps["echo"]}


def begun(reply: Reply) -> dict[str, Any]:
    """A response of which nothing has been said yet, without what it says of its request."""
    return {
        "id": f"resp_{reply.id}",
        "object": "response",
        "created_at": reply.created,
        "completed_at": None,
        "status": "in_progress",
        "incomplete_details": None,
        "error": None,
        "model": reply.model,
        "output": [],
        "usage": None,
    }


def ended(head: Mapping[str, Any], response: Response, output: Sequence[Item]) -> dict[str, Any]:
    """The same as it is in the end. What was cut says so, in its last item as well."""
    why = cut_by(response)
    items = list(output)
    if why is not None and items and "status" in items[-1]:
        items[-1] = {**items[-1], "status": "incomplete"}
    return {
        **head,
        "status": "completed" if why is None else "incomplete",
        "completed_at": max(head["created_at"], int(time())) if why is None else None,
        "incomplete_details": None if why is None else {"reason": why},
        "model": response.model,
        "output": items,
        "usage": usage_of(response.usage),
    }


def cut_by(response: Response) -> str | None:
    """Why the answer is no whole one; None where it is. A refusal in the model's own words is whole."""
    reason = response.finish_reason
    if reason in ("stop", "tool_calls"):
        return None
    if reason != "refusal":
        return "max_output_tokens"
    own = any(isinstance(part, Refusal) and part.text for part in response.message.parts)
    return None if own and not response.tool_calls else "content_filter"


def usage_of(usage: Usage) -> dict[str, Any] | None:
    """Tokens; None where nobody knows any."""
    given, made = usage.input_tokens, usage.output_tokens
    if given is None and made is None:
        return None
    given, made = given or 0, made or 0
    cached = {"cached_tokens": usage.cache_read or 0, "cache_write_tokens": usage.cache_write or 0}
    return {
        "input_tokens": given,
        "input_tokens_details": cached,
        "output_tokens": made,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning or 0},
        "total_tokens": given + made,
    }


def tokens_in(extra: Mapping[str, Any]) -> list[Any]:
    """The probabilities of the text's tokens, as OpenAI's endpoints have them; none of any other form."""
    given = extra.get("logprobs")
    tokens = given.get("content") if isinstance(given, Mapping) else None
    if not isinstance(tokens, list):
        return []
    known = [_token(each) for each in tokens]
    return [] if None in known else known


def _token(given: Any) -> dict[str, Any] | None:
    if not isinstance(given, Mapping) or not isinstance(given.get("token"), str) or "logprob" not in given:
        return None
    spelt, others = given.get("bytes") or [], given.get("top_logprobs") or []
    lists = isinstance(spelt, list) and isinstance(others, list)
    if not lists or type(given["logprob"]) not in (int, float):
        return None
    return {**given, "bytes": spelt, "top_logprobs": others}
