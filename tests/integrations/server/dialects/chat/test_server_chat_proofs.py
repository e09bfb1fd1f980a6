"""A vendor's proofs go to the client and back to where they come from, and nowhere else."""

import json

import pytest

from interlock.testing import Reply, Upstream
from server_stage import stage

SEAL = "c2VhbGVkIGJ5IHRoZSBtYWtlcg=="
USAGE = {"input_tokens": 1, "output_tokens": 1}
CLAUDE = {
    "content": [
        {"type": "thinking", "thinking": "hm", "signature": SEAL},
        {"type": "tool_use", "id": "c1", "name": "look", "input": {}},
    ],
    "stop_reason": "tool_use",
    "usage": USAGE,
}
GEMINI = {
    "candidates": [
        {
            "content": {
                "parts": [
                    {"functionCall": {"name": "look", "args": {}, "id": "c1"}, "thoughtSignature": SEAL}
                ],
                "role": "model",
            },
            "finishReason": "STOP",
        }
    ],
    "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 2},
}
TOOLS = [
    {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}
]
VENDORS = {
    "anthropic": ("anthropic/claude-4-opus", "claude-opus-4-5", CLAUDE),
    "google": ("google/gemini-2.5-ultra", "gemini-3-pro", GEMINI),
}


def deployment(id_, provider, upstream):
    model, name, _ = VENDORS[provider]
    where = {"base_url": upstream.url, "region": "local", "api_key": "k"}
    return {"id": id_, "model": model, "provider": provider, "name": name, **where}


@pytest.mark.parametrize("provider", VENDORS)
def test_a_proof_comes_home_and_a_fallback_is_not_given_it(provider):
    answer = Reply.json(VENDORS[provider][2])
    down = Reply.json({"error": {"message": "down"}}, status=503)
    with Upstream(answer, answer, always=down) as home, Upstream(always=answer) as away:
        deployments = [deployment("home", provider, home), deployment("away", provider, away)]
        with stage(deployments=deployments, retries={"max": 0}) as client:
            turns = [{"role": "user", "content": "go"}]
            for _ in range(3):
                told = client.post(
                    "/v1/chat/completions", {"model": "auto", "messages": turns, "tools": TOOLS}
                )
                message = told.json()["choices"][0]["message"]
                assert SEAL not in json.dumps(message)
                assert home.url.rpartition("/")[2] not in json.dumps(message)
                done = {"role": "tool", "tool_call_id": message["tool_calls"][0]["id"], "content": "1"}
                turns += [message, done]
        sent = [received.body.decode() for received in home.requests]
        abroad = away.requests[-1].body.decode()
    assert SEAL not in sent[0]
    assert SEAL in sent[1]
    assert SEAL not in abroad
