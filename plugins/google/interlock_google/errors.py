"""The vendor's errors as typed ones: by the reason in their details, by their status, by the HTTP status.

Shapes and names are those of google.rpc.Status: `{error: {code, message, status, details}}`, or a list of it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from interlock.errors import (
    AuthenticationError,
    ContextLengthExceeded,
    InvalidRequest,
    ModelNotFound,
    PermissionDenied,
    ProviderError,
    QuotaExceeded,
    RateLimited,
    Unavailable,
)
from interlock.http import class_for, error_for, json_in
from interlock.http.overflow import says_overflow
from interlock.http.payload import error_words, optional_text

_REASONS: Mapping[str, type[ProviderError]] = {
    "API_KEY_INVALID": AuthenticationError,
    "API_KEY_EXPIRED": AuthenticationError,
    "ACCESS_TOKEN_EXPIRED": AuthenticationError,
    "ACCESS_TOKEN_TYPE_UNSUPPORTED": AuthenticationError,
    "CREDENTIALS_MISSING": AuthenticationError,
    "ACCOUNT_STATE_INVALID": AuthenticationError,
    "API_KEY_SERVICE_BLOCKED": PermissionDenied,
    "API_KEY_HTTP_REFERRER_BLOCKED": PermissionDenied,
    "API_KEY_IP_ADDRESS_BLOCKED": PermissionDenied,
    "SERVICE_DISABLED": PermissionDenied,
    "CONSUMER_INVALID": PermissionDenied,
    "CONSUMER_SUSPENDED": PermissionDenied,
    "USER_PROJECT_DENIED": PermissionDenied,
    "IAM_PERMISSION_DENIED": PermissionDenied,
    "BILLING_DISABLED": QuotaExceeded,
    "RATE_LIMIT_EXCEEDED": RateLimited,
    "RESOURCE_QUOTA_EXCEEDED": QuotaExceeded,
}
_STATUSES: Mapping[str, type[ProviderError]] = {
    "INVALID_ARGUMENT": InvalidRequest,
    "OUT_OF_RANGE": InvalidRequest,
    "UNIMPLEMENTED": InvalidRequest,
    "FAILED_PRECONDITION": PermissionDenied,  # the key's plan is not offered where the caller is
    "UNAUTHENTICATED": AuthenticationError,
    "PERMISSION_DENIED": PermissionDenied,
    "NOT_FOUND": ModelNotFound,
    "RESOURCE_EXHAUSTED": RateLimited,
    "CANCELLED": Unavailable,
    "ABORTED": Unavailable,
    "DEADLINE_EXCEEDED": Unavailable,
    "INTERNAL": Unavailable,
    "UNAVAILABLE": Unavailable,
    "UNKNOWN": Unavailable,
    "DATA_LOSS": Unavailable,
}
_HTTP = range(400, 600)


class Told(NamedTuple):
    """What an error object says; `reason` and what follows come out of its details."""

    number: int | None = None
    status: str | None = None
    message: str | None = None
    reason: str | None = None
    delay: str | None = None
    request_id: str | None = None
    spent: bool = False


def error_from_reply(status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
    """The typed error of a reply whose status is not 2xx; a body that is no JSON still has its status."""
    return _typed(read(json_in(body)), status, headers)


def error_inside(payload: Any) -> ProviderError:
    """The typed error of an error object that came inside a 200, or inside a stream."""
    told = read(payload)
    return _typed(told, told.number, {})


def read(payload: Any) -> Told:
    if isinstance(payload, list):
        payload = next((item for item in payload if isinstance(item, dict) and item.get("error")), None)
    error = payload.get("error") if isinstance(payload, dict) else None
    if isinstance(error, str):
        return Told(message=error_words(error))
    if not isinstance(error, dict):
        return Told()
    number = error.get("code")
    known = isinstance(number, int) and number in _HTTP
    return Told(
        number=number if known else None,
        status=optional_text(error.get("status")),
        message=error_words(error.get("message")),
        **_details(error.get("details")),
    )


def _details(details: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for detail in details if isinstance(details, list) else ():
        kind = optional_text(detail.get("@type")) if isinstance(detail, dict) else None
        name = (kind or "").rpartition(".")[2]
        if name == "ErrorInfo":
            found["reason"] = optional_text(detail.get("reason"))
        elif name == "RetryInfo":
            found["delay"] = optional_text(detail.get("retryDelay"))
        elif name == "RequestInfo":
            found["request_id"] = optional_text(detail.get("requestId"))
        elif name == "QuotaFailure":
            found["spent"] = any(_is_spent(violation) for violation in _violations(detail))
    return found


def _violations(detail: dict[str, Any]) -> Iterator[dict[str, Any]]:
    violations = detail.get("violations")
    for violation in violations if isinstance(violations, list) else ():
        if isinstance(violation, dict):
            yield violation


def _is_spent(violation: dict[str, Any]) -> bool:
    """A day's allowance is used up, or there is none: waiting out the minute does not help."""
    quota = optional_text(violation.get("quotaId")) or ""
    return "PerDay" in quota or violation.get("quotaValue") in ("0", 0)


def _typed(told: Told, status: int | None, headers: Mapping[str, str]) -> ProviderError:
    if told.delay and "retry-after" not in headers:
        headers = {**headers, "retry-after": told.delay}
    number = None if told.number is None else str(told.number)
    return error_for(
        status=status,
        headers=headers,
        kind=_kind(told, class_for(status)),
        code=(told.reason if told.reason in _REASONS else told.status) or number,
        vendor_message=told.message,
        request_id=told.request_id,
    )


def _kind(told: Told, otherwise: type[ProviderError]) -> type[ProviderError]:
    kind = _REASONS.get(told.reason or "") or _STATUSES.get(told.status or "") or otherwise
    if kind is RateLimited and told.spent:
        return QuotaExceeded
    if kind is InvalidRequest and says_overflow(told.message):  # it has no code of its own
        return ContextLengthExceeded
    return kind
