"""A signature goes back to the endpoint that gave it, and to no other of the same vendor."""

import json
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from interlock import Message, Router, ToolResult
from interlock.testing import Received, Reply, Upstream

SEAL = "QUFBQQ=="
TOOL = {"name": "look", "description": "looks", "parameters": {"type": "object", "properties": {}}}
DIALECTS = ["google", "anthropic", "bedrock"]
MODELS = {
    "google": ("google/gemini-2.5-ultra", "gemini-3-pro"),
    "anthropic": ("anthropic/claude-4-opus", "claude-opus-4-5"),
    "bedrock": ("anthropic/claude-4-opus", "anthropic.claude-opus-4-5"),
}


def gemini() -> dict[str, Any]:
    call = {"functionCall": {"name": "look", "args": {}, "id": "c1"}, "thoughtSignature": SEAL}
    return {
        "candidates": [{"content": {"parts": [call], "role": "model"}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 2},
    }


def claude() -> dict[str, Any]:
    thought = {"type": "thinking", "thinking": "hm", "signature": SEAL}
    call = {"type": "tool_use", "id": "c1", "name": "look", "input": {}}
    return {
        "content": [thought, call],
        "stop_reason": "tool_use",
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }


def converse() -> dict[str, Any]:
    thought = {"reasoningContent": {"reasoningText": {"text": "hm", "signature": SEAL}}}
    call = {"toolUse": {"toolUseId": "c1", "name": "look", "input": {}}}
    return {
        "output": {"message": {"role": "assistant", "content": [thought, call]}},
        "stopReason": "tool_use",
        "usage": {"inputTokens": 1, "outputTokens": 1},
    }


REPLIES = {"google": gemini, "anthropic": claude, "bedrock": converse}


def router(provider: str, *upstreams: Upstream) -> Router:
    model, name = MODELS[provider]
    deployments = [
        {
            "id": f"d{number}",
            "model": model,
            "provider": provider,
            "name": name,
            "region": "local",
            "api_key": "k",
            "base_url": upstream.url,
        }
        for number, upstream in enumerate(upstreams)
    ]
    return Router.from_config({"deployments": deployments, "retries": {"max": 0}})


@pytest.mark.parametrize("provider", DIALECTS)
def test_a_fallback_is_not_sent_the_signatures_of_where_the_conversation_began(provider: str) -> None:
    def tired(received: Received) -> Reply:
        return Reply.json({"error": {"message": "slow down"}}, status=429)

    whole = Reply.json(REPLIES[provider]())
    with ExitStack() as stack:
        home = stack.enter_context(Upstream(whole, whole, always=tired))
        away = stack.enter_context(Upstream(always=whole))
        asked = router(provider, home, away)
        turns = [Message("user", "hi")]
        for _ in range(3):
            response = asked.complete_sync(turns, tools=[TOOL])
            results = [ToolResult(id=call.id, name="look", content="1") for call in response.tool_calls]
            turns += [response.message, Message("tool", results)]
        asked.close_sync()
        at_home, abroad = [received.body.decode() for received in home.requests], away.requests[-1].json()
    assert SEAL in at_home[1]
    assert SEAL not in json.dumps(abroad)
    if provider == "google":  # which takes a word of its own for a call that it did not sign
        signatures = [part.get("thoughtSignature") for turn in abroad["contents"] for part in turn["parts"]]
        assert signatures.count("skip_thought_signature_validator") == 2


REFUSALS = {
    "google": {
        "error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "Corrupted thought signature."}
    },
    "anthropic": {
        "type": "error",
        "error": {
            "type": "invalid_request_error",
            "message": "messages.1.content.0: Invalid `signature` in `thinking` block",
        },
    },
    "bedrock": {"message": "messages.1.content.0: Invalid `signature` in `thinking` block"},
}


@pytest.mark.parametrize("provider", DIALECTS)
@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
def test_a_signature_that_is_refused_all_the_same_is_left_out(provider: str, streamed: bool) -> None:
    whole, refusal = Reply.json(REPLIES[provider]()), Reply.json(REFUSALS[provider], status=400)
    with Upstream(whole, refusal, whole) as upstream:
        asked = router(provider, upstream)
        first = asked.complete_sync("hi", tools=[TOOL]).message
        result = Message("tool", [ToolResult(id=first.tool_calls[0].id, name="look", content="1")])
        turns = [Message("user", "hi"), first, result]
        if streamed:
            with asked.stream_sync(turns, tools=[TOOL]) as stream:
                said = list(stream)[-1].response
        else:
            said = asked.complete_sync(turns, tools=[TOOL])
        asked.close_sync()
        upstream.assert_done()
        _, refused, again = (received.body.decode() for received in upstream.requests)
    assert said is not None
    assert len(said.record.attempts) == 1
    assert SEAL in refused
    assert SEAL not in again


@pytest.mark.parametrize("provider", DIALECTS)
def test_a_conversation_kept_without_origins_goes_back_to_any_endpoint_of_its_vendor(provider: str) -> None:
    with Upstream(always=Reply.json(REPLIES[provider]())) as upstream:
        asked = router(provider, upstream)
        first = asked.complete_sync("hi", tools=[TOOL]).message
        kept = Message("assistant", [replace(part, origin=None) for part in first.parts])  # type: ignore[call-arg]
        result = Message("tool", [ToolResult(id=first.tool_calls[0].id, name="look", content="1")])
        asked.complete_sync([Message("user", "hi"), kept, result], tools=[TOOL])
        asked.close_sync()
        assert SEAL in upstream.requests[-1].body.decode()
