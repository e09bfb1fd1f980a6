"""An input that is too long: known in the words of whoever says so, and another model is asked."""

import json
from typing import Any

import pytest

from interlock import ContextLengthExceeded, RateLimited, Router
from interlock.testing import Reply, Upstream
from interlock_openai.errors import error_from_reply, error_inside
from strict_vendors import answer

ANTHROPIC = {
    "type": "error",
    "error": {"type": "invalid_request_error", "message": "prompt is too long: 9 > 8"},
}


def openai(message: str, code: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}


def routed(raw: Any) -> dict[str, Any]:
    return {"error": {"message": "Provider returned error", "code": 400, "metadata": {"raw": raw}}}


SAID = [
    (
        "openai-compatible",
        400,
        openai("The input (9 tokens) is longer than the model's context length (8 tokens)."),
    ),
    ("openai-compatible", 400, openai("Your request exceeded model token limit: 8")),
    ("openai-compatible", 400, openai("prompt tokens (9) exceed model maximum (8)", "validation_error")),
    ("zhipu", 400, openai("Input length 9 exceeds the maximum allowed input length of 8 tokens.", "400")),
    ("vllm", 400, openai("The decoder prompt (length 9) is longer than the maximum model length of 8.")),
    (
        "huggingface",
        422,
        {"error": "`inputs` tokens + `max_new_tokens` must be <= 8", "error_type": "validation"},
    ),
    ("together", 422, openai("`inputs` tokens + `max_new_tokens` must be <= 8")),
    (
        "openai-compatible",
        400,
        {"code": "x", "error": "This model's maximum prompt length is 8 but the request has 9"},
    ),
    ("openai-compatible", 400, openai("invalid params, context window exceeds limit (2013)")),
    (
        "openai-compatible",
        413,
        openai("Request body too large for m. Max size: 8 tokens.", "tokens_limit_reached"),
    ),
    ("openrouter", 400, routed(json.dumps(ANTHROPIC))),
    ("openrouter", 400, routed(ANTHROPIC)),
    ("openrouter", 400, routed("upstream: prompt is too long: 9 tokens > 8 maximum")),
    ("openai-compatible", 400, openai(json.dumps(ANTHROPIC))),
    ("openai-compatible", 400, openai("litellm.BadRequestError: " + json.dumps(ANTHROPIC))),
    ("openai-compatible", 400, {"detail": [{"msg": "first"}, {"msg": "prompt is too long"}]}),
    ("llamacpp", 500, openai("the request exceeds the available context size")),
]


@pytest.mark.parametrize(("vendor", "status", "body"), SAID)
def test_it_is_known(vendor: str, status: int, body: Any) -> None:
    error = error_from_reply(status, {}, json.dumps(body).encode(), vendor=vendor)
    assert type(error) is ContextLengthExceeded
    assert error.status == status


@pytest.mark.parametrize("status", [401, 403, 404, 429, 502])
def test_another_status_says_something_else(status: int) -> None:
    body = json.dumps(openai("prompt is too long")).encode()
    assert not isinstance(error_from_reply(status, {}, body), ContextLengthExceeded)


@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
@pytest.mark.parametrize(("vendor", "status", "body"), SAID[9:12])
def test_the_same_model_elsewhere_is_passed_over(vendor: str, status: int, body: Any, streamed: bool) -> None:
    small, larger = {"id": "acme/small"}, {"id": "acme/larger"}
    refused = Upstream(always=Reply.json(body, status=status))
    served = Upstream(always=lambda received: answer(received.json()))
    with refused, served:

        def there(name: str, model: dict[str, str], upstream: Upstream) -> dict[str, Any]:
            return {
                "id": name,
                "model": model["id"],
                "provider": vendor,
                "region": "local",
                "api_key": "k",
                "base_url": upstream.url,
            }

        deployments = [there("a", small, refused), there("b", small, refused), there("c", larger, served)]
        config = {"models": [small, larger], "deployments": deployments}
        with Router.from_config(config) as router:
            if streamed:
                with router.stream_sync("hi") as stream:
                    list(stream)
                response = stream.response
            else:
                response = router.complete_sync("hi")
    assert response is not None
    assert [attempt.deployment for attempt in response.record.attempts] == ["a", "c"]


def test_the_time_that_a_vendor_behind_a_gateway_named_is_read() -> None:
    headers = {"X-RateLimit-Limit": "20", "X-RateLimit-Remaining": "0", "Retry-After": "17"}
    body = {"error": {"message": "Rate limit exceeded", "code": 429, "metadata": {"headers": headers}}}
    error = error_from_reply(429, {}, json.dumps(body).encode(), vendor="openrouter")
    assert isinstance(error, RateLimited)
    assert error.retry_after == 17


def test_the_time_may_stand_in_words_in_a_stream_too() -> None:
    body = {"error": {"message": "Slow down. Please try again in 6.2s.", "code": "rate_limit_exceeded"}}
    error = error_inside(body)
    assert isinstance(error, RateLimited)
    assert error.retry_after == pytest.approx(6.2)
