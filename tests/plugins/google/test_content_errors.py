"""Error bodies of every shape, as one tree."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import errors
from interlock.errors import ProviderError
from interlock.http import HttpReply
from mutations import as_json, broken_bytes, broken_payload

TYPE = "type.googleapis.com/google.rpc."


def google(code: int, status: str, message: str = "no", *details: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "status": status, "details": list(details)}}


def info(reason: str) -> dict[str, Any]:
    return {"@type": f"{TYPE}ErrorInfo", "reason": reason, "domain": "googleapis.com"}


def quota(quota_id: str, value: str = "10") -> dict[str, Any]:
    return {"@type": f"{TYPE}QuotaFailure", "violations": [{"quotaId": quota_id, "quotaValue": value}]}


def because(reason: str, code: int = 403, status: str = "PERMISSION_DENIED") -> dict[str, Any]:
    return google(code, status, "no", info(reason))


def spent(*details: Any) -> dict[str, Any]:
    return google(429, "RESOURCE_EXHAUSTED", "slow", *details)


WAIT = {"@type": f"{TYPE}RetryInfo", "retryDelay": "34.5s"}
MINUTE, DAY = "GenerateRequestsPerMinutePerProjectPerModel", "GenerateRequestsPerDayPerProjectPerModel"
TOO_LONG_NOW = "The input token count is 1200000 but model only supports up to 1048576."
TOO_LONG = "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."


def failed(dialect: Any, status: int, body: Any, **headers: str) -> ProviderError:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return dialect.codec.error(HttpReply(status=status, headers=headers, body=raw))


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (google(400, "INVALID_ARGUMENT"), "InvalidRequest", "INVALID_ARGUMENT"),
        (
            because("API_KEY_INVALID", 400, "INVALID_ARGUMENT"),
            "AuthenticationError",
            "API_KEY_INVALID",
        ),
        (google(400, "INVALID_ARGUMENT", TOO_LONG), "ContextLengthExceeded", "INVALID_ARGUMENT"),
        (google(400, "INVALID_ARGUMENT", TOO_LONG_NOW), "ContextLengthExceeded", "INVALID_ARGUMENT"),
        (google(400, "FAILED_PRECONDITION"), "PermissionDenied", "FAILED_PRECONDITION"),
        (google(401, "UNAUTHENTICATED"), "AuthenticationError", "UNAUTHENTICATED"),
        (
            because("SERVICE_DISABLED"),
            "PermissionDenied",
            "SERVICE_DISABLED",
        ),
        (
            because("BILLING_DISABLED"),
            "QuotaExceeded",
            "BILLING_DISABLED",
        ),
        (
            because("SOMETHING_NEW"),
            "PermissionDenied",
            "PERMISSION_DENIED",
        ),
        (google(404, "NOT_FOUND"), "ModelNotFound", "NOT_FOUND"),
        (spent(quota(MINUTE), WAIT), "RateLimited", "RESOURCE_EXHAUSTED"),
        (spent(quota(DAY), WAIT), "QuotaExceeded", "RESOURCE_EXHAUSTED"),
        (
            spent(quota(MINUTE, "0")),
            "QuotaExceeded",
            "RESOURCE_EXHAUSTED",
        ),
        (google(499, "CANCELLED"), "Unavailable", "CANCELLED"),
        (google(500, "INTERNAL"), "Unavailable", "INTERNAL"),
        (google(501, "UNIMPLEMENTED"), "InvalidRequest", "UNIMPLEMENTED"),
        (google(503, "UNAVAILABLE"), "Unavailable", "UNAVAILABLE"),
        (google(504, "DEADLINE_EXCEEDED"), "Unavailable", "DEADLINE_EXCEEDED"),
        ([google(429, "RESOURCE_EXHAUSTED")], "RateLimited", "RESOURCE_EXHAUSTED"),
        ({"error": {"code": 403, "message": "no"}}, "PermissionDenied", "403"),
    ],
)
def test_the_vendors_words_decide_the_kind(body: Any, kind: str, code: str, dialect: Any) -> None:
    told = (body[0] if isinstance(body, list) else body)["error"]
    plain = failed(dialect, told["code"], body)
    assert (type(plain).__name__, plain.code, plain.status) == (kind, code, told["code"])
    assert plain.vendor_message == told["message"]
    for stream in (b"data: %s\n\n", b"%s"):
        with pytest.raises(ProviderError) as caught:
            dialect.fold([stream % json.dumps(body if stream == b"%s" else {"error": told}).encode()])
        assert (type(caught.value).__name__, caught.value.code, caught.value.status) == (
            kind,
            code,
            told["code"],
        )


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, b"the vendor says no", "AuthenticationError"),
        (429, b"", "RateLimited"),
        (502, b"<html>bad gateway</html>", "Unavailable"),
        (404, b'{"error": "not here"}', "ModelNotFound"),
        (400, b'{"error": []}', "InvalidRequest"),
        (400, b"[" * 5000, "InvalidRequest"),
    ],
)
def test_a_body_without_words_has_its_status(status: int, body: bytes, kind: str, dialect: Any) -> None:
    error = failed(dialect, status, body)
    assert (type(error).__name__, error.status) == (kind, status)


def test_the_wait_and_the_request_are_named(dialect: Any) -> None:
    asked = {"@type": f"{TYPE}RequestInfo", "requestId": "req-7"}
    body = spent(WAIT, asked)
    error = failed(dialect, 429, body)
    assert (error.retry_after, error.request_id) == (34.5, "req-7")
    assert failed(dialect, 429, body, **{"retry-after": "7"}).retry_after == 7.0


@given(body=broken_bytes(broken_payload([spent(quota(DAY), WAIT)]).map(as_json)))
def test_a_broken_error_is_still_an_error(body: bytes, dialect: Any) -> None:
    assert failed(dialect, 429, body).status == 429


@given(number=st.integers() | st.text() | st.none() | st.booleans())
def test_an_error_without_a_status_is_typed(number: Any, dialect: Any) -> None:
    with pytest.raises(errors.ProviderError):
        dialect.decode({"error": {"code": number, "message": "x"}})
