"""A setting that a vendor refuses although nobody knew it: left out, said so, and remembered."""

from collections.abc import Callable
from typing import Any

import pytest

from interlock import AllAttemptsFailed, InvalidRequest, Router, SettingRefused
from interlock.testing import Received, Reply, Upstream

OPENAI = {"choices": [{"index": 0, "message": {"content": "ok"}, "finish_reason": "stop"}]}
OPENAI_EVENT = {"choices": [{"index": 0, "delta": {"content": "ok"}, "finish_reason": "stop"}]}
CLAUDE = {
    "type": "message",
    "role": "assistant",
    "content": [{"type": "text", "text": "ok"}],
    "stop_reason": "end_turn",
}
GEMINI = {"candidates": [{"content": {"parts": [{"text": "ok"}]}, "finishReason": "STOP"}]}
CONVERSE = {
    "output": {"message": {"role": "assistant", "content": [{"text": "ok"}]}},
    "stopReason": "end_turn",
}

Holds = Callable[[dict[str, Any]], bool]


def _refusal(message: str) -> Reply:
    return Reply.json({"error": {"message": message, "code": 400, "status": "INVALID_ARGUMENT"}}, status=400)


def chat(received: Received) -> Reply:
    body = received.json()
    if "temperature" in body:
        return _refusal("Unsupported value: 'temperature' does not support 0.5 with this model.")
    return Reply.events(OPENAI_EVENT, "[DONE]") if body["stream"] else Reply.json(OPENAI)


def messages(received: Received) -> Reply:
    body = received.json()
    if "temperature" in body:
        words = {"type": "invalid_request_error", "message": "`temperature` is deprecated for this model."}
        return Reply.json({"type": "error", "error": words}, status=400)
    if not body.get("stream"):
        return Reply.json(CLAUDE)
    delta = {"type": "text_delta", "text": "ok"}
    return Reply.events(
        {"type": "message_start", "message": {"model": "m", "usage": {}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": delta},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {}},
        {"type": "message_stop"},
    )


def generate(received: Received) -> Reply:
    if "temperature" in received.json().get("generationConfig", {}):
        return _refusal("temperature is not supported by this model.")
    return Reply.events(GEMINI) if "stream" in received.path else Reply.json(GEMINI)


def converse(received: Received) -> Reply:
    if "temperature" in received.json().get("inferenceConfig", {}):
        return Reply.json(
            {"message": "The parameter temperature is not supported by this model."}, status=400
        )
    return Reply.json(CONVERSE)


SERVERS = {
    "openai-compatible": chat,
    "vllm": chat,
    "openrouter": chat,
    "anthropic": messages,
    "google": generate,
}
PLAIN = {**SERVERS, "bedrock": converse}


def router(url: str, provider: str, *more: str) -> Router:
    def deployment(name: str) -> dict[str, Any]:
        region = "eu-central-1" if provider == "bedrock" else "local"
        there = {"id": name, "model": "acme/m", "provider": provider, "base_url": url, "region": region}
        return there | {"api_key": "k", "name": "m"}

    config = {"models": [{"id": "acme/m"}], "deployments": [deployment(name) for name in ("a", *more)]}
    environ = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
    from interlock.assembly import assemble

    return Router(assemble({**config, "retries": {"max": 0}}, environ=environ))


def check(router: Router, upstream: Upstream, ask: Callable[[], Any]) -> None:
    first = ask()
    assert first.text == "ok"
    assert [attempt.error and attempt.error.kind for attempt in first.record.attempts] == [
        "SettingRefused",
        None,
    ]
    assert first.record.attempts[1].adjusted == ("temperature: left out; the vendor has refused it before",)
    second = ask()
    assert len(upstream.requests) == 3
    assert second.record.attempts[0].adjusted == first.record.attempts[1].adjusted


@pytest.mark.parametrize("provider", PLAIN)
def test_it_is_left_out_at_once_and_from_then_on(provider: str) -> None:
    with Upstream(always=PLAIN[provider]) as upstream, router(upstream.url, provider) as asked:
        check(asked, upstream, lambda: asked.complete_sync("hi", settings={"temperature": 0.5}))


@pytest.mark.parametrize("provider", SERVERS)
def test_streams_likewise(provider: str) -> None:
    def ask() -> Any:
        with asked.stream_sync("hi", settings={"temperature": 0.5}) as stream:
            assert "".join(chunk.text for chunk in stream) == "ok"
        return stream.response

    with Upstream(always=SERVERS[provider]) as upstream, router(upstream.url, provider) as asked:
        check(asked, upstream, ask)


def test_one_setting_a_call_is_left_out_and_the_next_deployment_is_asked_then() -> None:
    refusals = [f"Unsupported parameter: '{name}'" for name in ("temperature", "top_p", "seed")]
    settings = {"temperature": 0.5, "top_p": 0.5, "seed": 1}
    with Upstream(*map(_refusal, refusals), Reply.json(OPENAI)) as upstream:
        with router(upstream.url, "openai-compatible", "b") as asked:
            answer = asked.complete_sync("hi", settings=settings)
        assert [attempt.deployment for attempt in answer.record.attempts] == ["a", "a", "b", "b"]


@pytest.mark.parametrize("name", ["tools", "response_format", "max_tokens", "messages", "stop"])
def test_what_changes_the_meaning_is_never_left_out(name: str) -> None:
    words = f"Unsupported parameter: '{name}' is not supported with this model, with temperature or without."
    reply = Reply.json(
        {"error": {"message": words, "param": name, "code": "unsupported_parameter"}}, status=400
    )
    with Upstream(always=reply) as upstream, router(upstream.url, "openai-compatible") as asked:
        with pytest.raises(InvalidRequest) as caught:
            asked.complete_sync("hi", settings={"temperature": 0.5, "max_tokens": 5, "stop": "x"})
        assert not isinstance(caught.value, SettingRefused)
        assert len(upstream.requests) == 1


def test_a_vendor_that_refuses_all_the_same_is_not_asked_for_ever() -> None:
    reply = _refusal("Unsupported parameter: 'temperature', 'top_p'")
    with Upstream(always=reply) as upstream, router(upstream.url, "openai-compatible", "b") as asked:
        with pytest.raises(AllAttemptsFailed):
            asked.complete_sync("hi", settings={"temperature": 0.5})
        assert len(upstream.requests) == 4
