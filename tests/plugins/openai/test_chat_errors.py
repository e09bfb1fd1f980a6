"""Error bodies of every shape, as one tree."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock import errors
from interlock.errors import ProviderError
from interlock.http import HttpReply


def failed(dialect: Any, status: int, body: Any, **headers: str) -> ProviderError:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return dialect.codec.error(
        HttpReply(
            status=status, headers={key.replace("_", "-"): value for key, value in headers.items()}, body=raw
        )
    )


def openai(message: str, code: str | None = None, type_: str = "invalid_request_error") -> dict[str, Any]:
    return {"error": {"message": message, "type": type_, "param": None, "code": code}}


@pytest.mark.parametrize(
    ("name", "status", "body", "expected"),
    [
        ("openai", 401, openai("bad key", "invalid_api_key"), ("AuthenticationError", "invalid_api_key")),
        (
            "openai",
            403,
            openai("no", "unsupported_country_region_territory"),
            ("PermissionDenied", "unsupported_country_region_territory"),
        ),
        ("openai", 404, openai("no such model", "model_not_found"), ("ModelNotFound", "model_not_found")),
        (
            "openai",
            429,
            openai("slow", "rate_limit_exceeded", "requests"),
            ("RateLimited", "rate_limit_exceeded"),
        ),
        (
            "openai",
            429,
            openai("pay", "insufficient_quota", "insufficient_quota"),
            ("QuotaExceeded", "insufficient_quota"),
        ),
        (
            "openai",
            400,
            openai("long", "context_length_exceeded"),
            ("ContextLengthExceeded", "context_length_exceeded"),
        ),
        (
            "openai",
            400,
            openai("flagged", "content_policy_violation"),
            ("ContentPolicyViolation", "content_policy_violation"),
        ),
        ("openai", 400, openai("bad value", "unsupported_value"), ("InvalidRequest", "unsupported_value")),
        ("openai", 500, openai("oops", None, "server_error"), ("Unavailable", "server_error")),
        ("openai", 503, b"upstream connect error", ("Unavailable", None)),
        ("openai", 502, b"<html>", ("Unavailable", None)),
        (
            "llamacpp",
            400,
            {"error": {"code": 400, "message": "long", "type": "exceed_context_size_error", "n_ctx": 256}},
            ("ContextLengthExceeded", "exceed_context_size_error"),
        ),
        (
            "vllm",
            400,
            {
                "object": "error",
                "message": "This model's maximum context length is 4096 tokens.",
                "type": "BadRequestError",
                "code": 400,
            },
            ("ContextLengthExceeded", "BadRequestError"),
        ),
        (
            "azure",
            400,
            {
                "error": {
                    "message": "filtered",
                    "code": "content_filter",
                    "innererror": {"code": "ResponsibleAIPolicyViolation"},
                }
            },
            ("ContentPolicyViolation", "content_filter"),
        ),
        (
            "azure",
            404,
            {"error": {"code": "DeploymentNotFound", "message": "no"}},
            ("ModelNotFound", "DeploymentNotFound"),
        ),
        ("zhipu", 429, {"error": {"code": "1113", "message": "arrears"}}, ("QuotaExceeded", "1113")),
        ("zhipu", 429, {"error": {"code": "1302", "message": "busy"}}, ("RateLimited", "1302")),
        ("zhipu", 400, {"error": {"code": "1261", "message": "long"}}, ("ContextLengthExceeded", "1261")),
        (
            "zhipu",
            400,
            {"contentFilter": [{"level": 1}], "error": {"code": "1301", "message": "unsafe"}},
            ("ContentPolicyViolation", "1301"),
        ),
        ("zhipu", 400, {"error": {"code": "1211", "message": "no such model"}}, ("ModelNotFound", "1211")),
        (
            "mistral",
            429,
            {"object": "error", "message": "Rate limit exceeded", "type": "rate_limited", "code": "1301"},
            ("RateLimited", "1301"),
        ),
        (
            "mistral",
            400,
            {"object": "error", "message": "Invalid model: x", "type": "invalid_model", "code": "1500"},
            ("ModelNotFound", "1500"),
        ),
        (
            "mistral",
            422,
            {"detail": [{"loc": ["body", "messages"], "msg": "field required", "type": "missing"}]},
            ("InvalidRequest", "missing"),
        ),
        ("mistral", 401, {"detail": "Unauthorized"}, ("AuthenticationError", None)),
        (
            "deepseek",
            402,
            openai("Insufficient Balance", "invalid_request_error", "unknown_error"),
            ("QuotaExceeded", "invalid_request_error"),
        ),
        (
            "alibaba",
            400,
            {"error": {"code": "data_inspection_failed", "message": "no"}},
            ("ContentPolicyViolation", "data_inspection_failed"),
        ),
        (
            "alibaba",
            400,
            {"code": "Arrearage", "message": "pay", "request_id": "r"},
            ("QuotaExceeded", "Arrearage"),
        ),
        (
            "openrouter",
            429,
            {"error": {"code": 429, "message": "Provider returned error"}},
            ("RateLimited", "429"),
        ),
        (
            "openrouter",
            403,
            {
                "error": {
                    "code": 403,
                    "message": "flagged",
                    "metadata": {"reasons": ["x"], "flagged_input": "…"},
                }
            },
            ("ContentPolicyViolation", "403"),
        ),
        (
            "openrouter",
            400,
            {
                "error": {
                    "code": 400,
                    "message": "Provider returned error",
                    "metadata": {"raw": json.dumps(openai("long", "context_length_exceeded"))},
                }
            },
            ("ContextLengthExceeded", "context_length_exceeded"),
        ),
        ("huggingface", 400, {"error": "Model x is not supported"}, ("InvalidRequest", None)),
        (
            "huggingface",
            400,
            {"detail": json.dumps(openai("long", "context_length_exceeded"))},
            ("ContextLengthExceeded", "context_length_exceeded"),
        ),
        ("groq", 413, openai("too large", None), ("InvalidRequest", "invalid_request_error")),
        ("openai", 400, [{"error": {"code": 400, "message": "in a list"}}], ("InvalidRequest", "400")),
    ],
)
def test_an_error_body_becomes_its_kind(
    name: str, status: int, body: Any, expected: tuple[str, str | None], dialect: Callable[[str], Any]
) -> None:
    kind, code = expected
    error = failed(dialect(name), status, body)
    assert type(error) is getattr(errors, kind)
    assert (error.status, error.code) == (status, code)


def test_the_facts_of_a_retyped_error_are_kept(dialect: Callable[[str], Any]) -> None:
    error = failed(
        dialect("openai"),
        429,
        openai("You exceeded your quota", "insufficient_quota"),
        retry_after="7",
        x_request_id="req-1",
    )
    assert isinstance(error, errors.QuotaExceeded)
    assert (error.retry_after, error.request_id) == (7, "req-1")
    assert error.vendor_message == "You exceeded your quota"
    assert "You exceeded your quota" in str(error)


def test_words_count_only_where_no_code_says_otherwise(dialect: Callable[[str], Any]) -> None:
    message = "the maximum context length is unknown to this key"
    assert (
        type(failed(dialect("openai"), 401, openai(message, "invalid_api_key"))) is errors.AuthenticationError
    )


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["error", "errors", "detail", "message", "code", "type", "metadata", "raw", "innererror"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=9,
)


@given(body=junk, status=st.integers(300, 599), wrapped=st.booleans())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_error_body_is_too_strange(
    body: Any, status: int, wrapped: bool, dialect: Callable[[str], Any]
) -> None:
    if wrapped:
        body = {"error": {"message": json.dumps(body)}}
    error = failed(dialect("openrouter"), status, body)
    assert isinstance(error, ProviderError)
    assert error.status == status
    assert str(error)
