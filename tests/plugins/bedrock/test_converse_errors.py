"""AWS's error shapes, each as its type."""

import json
from typing import Any

import pytest

from interlock.errors import (
    AttemptTimeout,
    AuthenticationError,
    ContentPolicyViolation,
    ContextLengthExceeded,
    InvalidRequest,
    ModelNotFound,
    PermissionDenied,
    QuotaExceeded,
    RateLimited,
    Unavailable,
)
from interlock.http import HttpReply

TYPE = "x-amzn-errortype"


CASES: list[tuple[int, str, Any, type[Exception]]] = [
    (400, "ValidationException", {"message": "Malformed"}, InvalidRequest),
    (400, "ValidationException:http://internal/", {"message": "Input is too long."}, ContextLengthExceeded),
    (400, "ValidationException", {"message": "`max_tokens` exceed context limit: 9"}, ContextLengthExceeded),
    (400, "", {"message": "Output blocked by content filtering policy"}, ContentPolicyViolation),
    (400, "", {"__type": "com.amazon.coral.service#ThrottlingException"}, RateLimited),
    (403, "AccessDeniedException", {"Message": "no access to the model"}, PermissionDenied),
    (403, "UnrecognizedClientException", {"message": "invalid token"}, AuthenticationError),
    (403, "InvalidSignatureException", {"message": "does not match"}, AuthenticationError),
    (400, "ExpiredTokenException", {}, AuthenticationError),
    (403, "", {"message": "Missing Authentication Token"}, PermissionDenied),
    (401, "", {}, AuthenticationError),
    (404, "ResourceNotFoundException", {"message": "legacy"}, ModelNotFound),
    (400, "ServiceQuotaExceededException", {}, QuotaExceeded),
    (429, "ThrottlingException", {"message": "slow"}, RateLimited),
    (429, "ModelNotReadyException", {"message": "wait"}, Unavailable),
    (408, "ModelTimeoutException", {"message": "slow"}, AttemptTimeout),
    (424, "ModelErrorException", {"originalMessage": "oh"}, Unavailable),
    (500, "InternalServerException", {"message": "oh"}, Unavailable),
    (503, "ServiceUnavailableException", {"message": "oh"}, Unavailable),
    (502, "", b"<html>Bad gateway</html>", Unavailable),
    (503, "", b"", Unavailable),
    (400, "", [1], InvalidRequest),
    (400, "", {"message": 5, "code": 7}, InvalidRequest),
]


@pytest.mark.parametrize(("status", "code", "body", "kind"), CASES)
def test_shapes(status: int, code: str, body: Any, kind: type[Exception], dialect: Any) -> None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"x-amzn-requestid": "r-1", TYPE: code, "retry-after": "3"}
    error = dialect.codec.error(HttpReply(status=status, headers=headers, body=raw))
    assert (type(error), error.status, error.request_id, error.retry_after) == (kind, status, "r-1", 3.0)
    if isinstance(body, dict):
        said = body.get("message") or body.get("Message") or body.get("originalMessage")
        assert error.vendor_message == (said if isinstance(said, str) else None)
        code = code or body.get("__type", "").rpartition("#")[2]
    assert error.code == (code.partition(":")[0] or None)


def test_words_decide_nothing_where_a_code_does(dialect: Any) -> None:
    body = json.dumps({"message": "Input is too long, prompt is too long"}).encode()
    error = dialect.codec.error(HttpReply(status=429, headers={TYPE: "ThrottlingException"}, body=body))
    assert type(error) is RateLimited
