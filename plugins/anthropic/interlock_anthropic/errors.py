"""The vendor's error bodies as one typed error: the code decides, then the type, then the status.

Source: platform.claude.com/docs/en/api/errors. Words are read in one case alone: a prompt that is too long is
an `invalid_request_error` like any other and has no code of its own.
"""

from collections.abc import Mapping
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

_CODES: dict[str, type[ProviderError]] = {
    "enforced_spend_limit_reached": QuotaExceeded,
    "ramp_limit_exceeded": RateLimited,
    "organization_on_hold": PermissionDenied,
    "organization_type_not_supported": PermissionDenied,
}
_TYPES: dict[str, type[ProviderError]] = {
    "invalid_request_error": InvalidRequest,
    "request_too_large": InvalidRequest,
    "authentication_error": AuthenticationError,
    "billing_error": QuotaExceeded,
    "permission_error": PermissionDenied,
    "not_found_error": ModelNotFound,
    "rate_limit_error": RateLimited,
    "api_error": Unavailable,
    "timeout_error": Unavailable,
    "overloaded_error": Unavailable,
}


class Told(NamedTuple):
    """What an error body says."""

    code: str | None = None
    type: str | None = None
    message: str | None = None
    request_id: str | None = None


def error_from_reply(status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
    """The typed error of a reply whose status is not 2xx; a body that is no JSON still has its status."""
    return _typed(json_in(body), status, headers)


def error_inside(payload: Any) -> ProviderError:
    """The typed error of an error object that came inside a 200, or inside a stream."""
    return _typed(payload, None, {})


def read(payload: Any) -> Told:
    if not isinstance(payload, dict):
        return Told()
    request_id = optional_text(payload.get("request_id"))
    error = payload.get("error")
    if not isinstance(error, dict):
        return Told(message=error_words(error) or error_words(payload.get("message")), request_id=request_id)
    details = error.get("details")
    return Told(
        code=optional_text(details.get("error_code")) if isinstance(details, dict) else None,
        type=optional_text(error.get("type")),
        message=error_words(error.get("message")),
        request_id=request_id,
    )


def _typed(payload: Any, status: int | None, headers: Mapping[str, str]) -> ProviderError:
    told = read(payload)
    kind = _CODES.get(told.code or "") or _TYPES.get(told.type or "") or class_for(status)
    if kind is InvalidRequest and told.code is None and says_overflow(told.message):
        kind = ContextLengthExceeded
    return error_for(
        status=status,
        headers=headers,
        kind=kind,
        code=told.code or told.type,
        vendor_message=told.message,
        request_id=told.request_id,
    )
