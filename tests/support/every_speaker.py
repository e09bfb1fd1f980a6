"""A deployment of each vendor's dialect, before one server that speaks them all: what it is asked starts with
the dialect's name.
"""

from typing import Any

from server_stage import SECRET

NAMES = ("look", "find")
ANY = {"type": "object", "properties": {}, "additionalProperties": True}
HELLO = [{"role": "user", "content": "hello"}]
# Who speaks each dialect, as what model, and below which root.
SPEAKERS: dict[str, dict[str, Any]] = {
    "chat": {"provider": "deepseek", "name": "m", "root": "/v1"},
    "responses": {
        "provider": "openai",
        "name": "gpt-5.5",
        "root": "/v1",
        "traits": {"endpoint": "responses"},
    },
    "anthropic": {"provider": "anthropic", "name": "claude-sonnet-4-5", "root": "/v1"},
    "google": {"provider": "google", "name": "gemini-2.5-flash", "root": "/v1beta"},
    "bedrock": {"provider": "bedrock", "name": "us.anthropic.claude-sonnet-4-20250514-v1:0", "root": ""},
}


def configuration(url: str) -> dict[str, Any]:
    able = ["text", "tools", "images", "documents", "reasoning", "structured_output"]
    deployments, cards = [], []
    for dialect, speaker in SPEAKERS.items():
        said = {key: value for key, value in speaker.items() if key != "root"}
        root = f"{url}/{dialect}{speaker['root']}"
        common = {"id": dialect, "model": f"test/{dialect}", "region": "us-east-1", "api_key": SECRET}
        deployments.append({**common, "base_url": root, **said})
        cards.append({"id": f"test/{dialect}", "context_window": 100_000, "capabilities": able})
    disabled = {"disabled": ["embeddings"]}
    patient = {"error_rate": 1.0, "opens_after": 10_000}
    whole = {"deployments": deployments, "models": cards, "health": patient}
    return {**whole, "retries": {"max": 0}, "plugins": disabled}
