"""A vendor that says what it was sent."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from interlock import Router
from interlock.testing import Received, Reply, Upstream

Say = Callable[[Received], str]


def last(received: Received) -> str:
    """The last thing that the vendor was told."""
    content = received.json()["messages"][-1]["content"]
    return content if isinstance(content, str) else "".join(each.get("text", "") for each in content)


def event(reason: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"id": "1", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}


def apart(events: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The events, with counts of tokens between them. The last count stands, and so two cannot be told in one
    step: what is said before and behind them is not read as one piece, however much comes at once.
    """
    for made, each in enumerate(events):
        counts = {"prompt_tokens": 9, "completion_tokens": made, "total_tokens": 9 + made}
        yield {**each, "usage": counts}
        yield {"id": "1", "model": "m", "choices": [], "usage": counts}


def reply(received: Received, text: str, size: int = 3) -> Reply:
    if received.json().get("stream"):
        pieces = (text[at : at + size] for at in range(0, len(text), size))
        return Reply.events(*apart([*(event(content=piece) for piece in pieces), event("stop")]), "[DONE]")
    message = {"role": "assistant", "content": text}
    return Reply.json({"id": "1", "model": "m", "choices": [{"message": message, "finish_reason": "stop"}]})


def calls(received: Received, arguments: Any, size: int = 3) -> Reply:
    """Asks for a run of the tool `send`."""
    said = json.dumps(arguments)
    whole = {"id": "c1", "type": "function", "function": {"name": "send", "arguments": said}}
    if not received.json().get("stream"):
        message = {"role": "assistant", "content": None, "tool_calls": [whole]}
        return Reply.json(
            {"id": "1", "model": "m", "choices": [{"message": message, "finish_reason": "tool_calls"}]}
        )
    begun = {"index": 0, "id": "c1", "function": {"name": "send", "arguments": ""}}
    pieces = (
        {"index": 0, "function": {"arguments": said[at : at + size]}} for at in range(0, len(said), size)
    )
    deltas = [event(tool_calls=[each]) for each in (begun, *pieces)]
    return Reply.events(*apart([*deltas, event("tool_calls")]), "[DONE]")


def deployment(upstream: Upstream, **other: Any) -> dict[str, Any]:
    here = {"id": "d", "model": "zhipu/glm-5.2", "provider": "openai-compatible", "name": "m", "api_key": "k"}
    return here | {"base_url": f"{upstream.url}/v1", "region": "local"} | other


@contextmanager
def routed(upstream: Upstream, options: Any = None, **config: Any) -> Iterator[Router]:
    config = {"deployments": [deployment(upstream)], "guardrails": {"privacy": options or {}}} | config
    with Router.from_config(config) as router:
        yield router
