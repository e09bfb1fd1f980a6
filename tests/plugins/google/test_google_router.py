"""The vendor's recorded replies, played back by a server and asked for through a router."""

import json
from pathlib import Path
from typing import Any

from interlock import Router
from interlock.testing import Reply, Upstream

FILES = sorted((Path(__file__).parents[4] / "shared" / "wire" / "google").glob("*.json"))
PLAIN = {
    "candidates": [{"content": {"parts": [{"text": "Hello."}], "role": "model"}, "finishReason": "STOP"}],
    "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 2, "totalTokenCount": 5},
    "modelVersion": "gemini-2.5-ultra-001",
}


def router(upstream: Upstream) -> Router:
    there = {
        "id": "there",
        "model": "google/gemini-2.5-ultra",
        "provider": "google",
        "region": "us",
        "api_key": "sk-secret",
        "base_url": f"{upstream.url}/v1beta",
    }
    return Router.from_config({"deployments": [there], "retries": {"max": 0}})


def played(recorded: dict[str, Any]) -> Reply:
    response = recorded["response"]
    body = response["body"]
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    half = len(raw) // 2
    kind = {"content-type": response["content_type"]}
    return Reply(status=response["status"], headers=kind, pieces=(raw[:half], raw[half:]))


def parts_in(recorded: dict[str, Any]) -> list[dict[str, Any]]:
    body = recorded["response"]["body"]
    lines = [json.dumps(body)] if isinstance(body, dict) else body.splitlines()
    payloads = [json.loads(line.removeprefix("data: ")) for line in lines if line]
    return [part for payload in payloads for part in payload["candidates"][0]["content"].get("parts", ())]


def text_in(recorded: dict[str, Any]) -> str:
    return "".join(part.get("text", "") for part in parts_in(recorded) if not part.get("thought"))


def tools_in(recorded: dict[str, Any]) -> list[dict[str, Any]]:
    """Those that the answer calls."""
    calls = [part["functionCall"] for part in parts_in(recorded) if "functionCall" in part]
    return [{"name": name} for name in dict.fromkeys(call["name"] for call in calls)]


async def test_every_recorded_exchange_through_the_router() -> None:
    recordings = [json.loads(path.read_text("utf-8")) for path in FILES]
    with Upstream(*map(played, recordings)) as upstream:
        async with router(upstream) as asked:
            for recorded in recordings:
                if isinstance(recorded["response"]["body"], dict):
                    response = await asked.complete("hi", tools=tools_in(recorded))
                    said = response.text
                else:
                    async with asked.stream("hi", tools=tools_in(recorded)) as stream:
                        said = "".join([chunk.text async for chunk in stream])
                    assert stream.response is not None
                    assert stream.response.text == said
                assert said == text_in(recorded)
        upstream.assert_done()


async def test_the_request_carries_key_model_and_prompt() -> None:
    with Upstream(Reply.json(PLAIN), Reply.events(PLAIN)) as upstream:
        async with router(upstream) as asked:
            response = await asked.complete("Say hello.")
            async with asked.stream("Say hello.") as stream:
                said = [chunk.text async for chunk in stream if chunk.text]
    assert (response.text, said) == ("Hello.", ["Hello."])
    assert (response.served_model, response.model) == ("gemini-2.5-ultra-001", "google/gemini-2.5-ultra")
    assert (response.usage.input_tokens, response.usage.output_tokens) == (3, 2)
    plain, streamed = upstream.requests
    root = "/v1beta/models/gemini-2.5-ultra"
    assert (plain.path, streamed.path) == (
        f"{root}:generateContent",
        f"{root}:streamGenerateContent?alt=sse",
    )
    assert plain.headers["x-goog-api-key"] == "sk-secret"
    assert plain.json()["contents"] == [{"role": "user", "parts": [{"text": "Say hello."}]}]
