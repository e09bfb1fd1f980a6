"""No request asks a model for more than its card says that it can say, whichever dialect it is in."""

import json
from typing import Any

import pytest

from interlock import Router
from interlock.testing import Reply, Upstream

MOST = 4_000
PROVIDERS = {
    "openai": "gpt-5.5",
    "openai-compatible": "m",
    "openrouter": "m",
    "alibaba": "qwen3-max",
    "mistral": "mistral-large-3",
    "anthropic": "claude-opus-4-0",
    "google": "gemini-2.5-ultra",
    "bedrock": "eu.anthropic.claude-opus-4-20250514-v1:0",
}
LIMITS = {"max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens", "maxTokens"}
BUDGETS = {"thinking_budget", "budget_tokens", "thinkingBudget"}


def numbers(value: Any, names: set[str]) -> list[int]:
    """Whatever stands under these names, at any depth."""
    if isinstance(value, list):
        return [found for each in value for found in numbers(each, names)]
    if not isinstance(value, dict):
        return []
    here = [each for name, each in value.items() if name in names and isinstance(each, int)]
    return here + [found for each in value.values() for found in numbers(each, names)]


def sent(provider: str, *, streamed: bool = False, **settings: Any) -> tuple[Any, tuple[str, ...]]:
    """The body of the request, and what the record says was adjusted."""
    from interlock.assembly import assemble

    with Upstream(always=Reply.json({"error": {"message": "no"}}, status=400)) as upstream:
        region = "eu-central-1" if provider == "bedrock" else "local"
        there = {"id": "a", "model": "acme/m", "provider": provider, "region": region, "api_key": "k"}
        there |= {"base_url": upstream.url, "name": PROVIDERS[provider]}
        config = {"models": [{"id": "acme/m", "max_output": MOST}], "deployments": [there]}
        environ = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
        with Router(assemble({**config, "retries": {"max": 0}}, environ=environ)) as router:
            with pytest.raises(Exception, match="no"):
                if streamed:
                    list(router.stream_sync("hi", settings=settings))
                else:
                    router.complete_sync("hi", settings=settings)
            (record,) = router.records
        return json.loads(upstream.requests[0].body), record.attempts[0].adjusted


@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_more_is_lowered_and_said(provider: str, streamed: bool) -> None:
    body, adjusted = sent(provider, streamed=streamed, max_tokens=50_000)
    assert numbers(body, LIMITS) == [MOST]
    assert "max_tokens: sent as 4000; the model's answers are no longer" in adjusted


@pytest.mark.parametrize("provider", PROVIDERS)
def test_less_stays_as_it_is(provider: str) -> None:
    body, adjusted = sent(provider, max_tokens=MOST)
    assert numbers(body, LIMITS) == [MOST]
    assert not any("no longer" in each for each in adjusted)


@pytest.mark.parametrize(
    "asked", [{"reasoning_tokens": 20_000}, {"reasoning_effort": "high"}], ids=["tokens", "effort"]
)
@pytest.mark.parametrize("limit", [{}, {"max_tokens": 50_000}], ids=["free", "limited"])
@pytest.mark.parametrize("provider", ["anthropic", "google", "bedrock"])
def test_a_budget_to_think_leaves_some_for_the_answer(
    provider: str, asked: dict[str, Any], limit: dict[str, int]
) -> None:
    body, _ = sent(provider, **asked, **limit)
    (budget,) = numbers(body, BUDGETS)
    assert 0 < budget < MOST
