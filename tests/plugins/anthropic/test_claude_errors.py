"""Error bodies of every shape, as one tree."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock import errors
from interlock.errors import ProviderError
from interlock.http import HttpReply


def failed(claude: Any, status: int, body: Any, **headers: str) -> ProviderError:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return claude.codec.error(HttpReply(status=status, headers=named, body=raw))


def said(kind: str, message: str = "no", **details: Any) -> dict[str, Any]:
    error = {"type": kind, "message": message} | ({"details": details} if details else {})
    return {"type": "error", "error": error, "request_id": "req_body"}


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (400, said("invalid_request_error"), "InvalidRequest", "invalid_request_error"),
        (401, said("authentication_error"), "AuthenticationError", "authentication_error"),
        (402, said("billing_error"), "QuotaExceeded", "billing_error"),
        (403, said("permission_error"), "PermissionDenied", "permission_error"),
        (404, said("not_found_error", "model: claude-9"), "ModelNotFound", "not_found_error"),
        (413, said("request_too_large"), "InvalidRequest", "request_too_large"),
        (429, said("rate_limit_error"), "RateLimited", "rate_limit_error"),
        (500, said("api_error"), "Unavailable", "api_error"),
        (504, said("timeout_error"), "Unavailable", "timeout_error"),
        (529, said("overloaded_error", "Overloaded"), "Unavailable", "overloaded_error"),
        (
            400,
            said("invalid_request_error", "prompt is too long: 211234 tokens > 200000 maximum"),
            "ContextLengthExceeded",
            "invalid_request_error",
        ),
        (
            400,
            said(
                "invalid_request_error",
                "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
            ),
            "ContextLengthExceeded",
            "invalid_request_error",
        ),
        (
            401,
            said("authentication_error", "prompt is too long"),
            "AuthenticationError",
            "authentication_error",
        ),
        (
            429,
            said("rate_limit_error", error_code="enforced_spend_limit_reached"),
            "QuotaExceeded",
            "enforced_spend_limit_reached",
        ),
        (
            400,
            said("invalid_request_error", "prompt is too long", error_code="of_tomorrow"),
            "InvalidRequest",
            "of_tomorrow",
        ),
        (400, said("of_tomorrow"), "InvalidRequest", "of_tomorrow"),
        (503, said("of_tomorrow"), "Unavailable", "of_tomorrow"),
        (529, b"", "Unavailable", None),
        (502, b"<html>bad gateway</html>", "Unavailable", None),
        (413, b"<html>too large</html>", "InvalidRequest", None),
        (401, {"message": "a gateway's own"}, "AuthenticationError", None),
        (429, {"error": "a gateway's own"}, "RateLimited", None),
    ],
)
def test_an_error_body_becomes_its_kind(
    status: int, body: Any, kind: str, code: str | None, claude: Any
) -> None:
    error = failed(claude, status, body)
    assert type(error) is getattr(errors, kind)
    assert (error.status, error.code) == (status, code)
    words = body if isinstance(body, bytes) else body.get("error") or body
    if not isinstance(words, bytes):
        assert error.vendor_message == (words if isinstance(words, str) else words["message"])


def test_the_facts_come_with_it(claude: Any) -> None:
    body = said("rate_limit_error", "slow down")
    error = failed(claude, 429, body, retry_after="7", request_id="req_header")
    assert (error.retry_after, error.request_id, error.vendor_message) == (7, "req_header", "slow down")
    assert "slow down" in str(error)
    assert failed(claude, 429, body).request_id == "req_body"
    limits = {
        "anthropic_ratelimit_tokens_remaining": "0",
        "anthropic_ratelimit_tokens_reset": "2100-01-01T00:00:00Z",
        "anthropic_ratelimit_requests_remaining": "5",
        "anthropic_ratelimit_requests_reset": "2200-01-01T00:00:00Z",
    }
    assert failed(claude, 429, body, **limits).retry_after == 86_400
    assert failed(claude, 529, said("overloaded_error"), **limits).retry_after is None


def test_a_key_in_the_vendors_words_is_masked(claude: Any) -> None:
    key = "sk-ant-api03-" + "a1B2" * 20
    assert key not in str(failed(claude, 401, said("authentication_error", f"invalid x-api-key: {key}")))


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "message", "type", "details", "error_code", "request_id"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=9,
)


@given(body=junk, status=st.integers(400, 599))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_error_body_is_too_strange(body: Any, status: int, claude: Any) -> None:
    error = failed(claude, status, body)
    assert isinstance(error, ProviderError)
    assert error.status == status
    assert str(error)
