"""AWS's errors as typed ones.

The code decides; where there is none, the status does. Words are read only to tell apart what the code
ValidationException, or no code at all, lumps together.
"""

import re
from collections.abc import Mapping
from typing import Any

from interlock.errors import (
    AttemptTimeout,
    AuthenticationError,
    ContentPolicyViolation,
    ContextLengthExceeded,
    InvalidRequest,
    ModelNotFound,
    PermissionDenied,
    ProviderError,
    QuotaExceeded,
    RateLimited,
    Unavailable,
)
from interlock.http import HttpReply, class_for, error_for, json_in
from interlock.http.overflow import says_overflow
from interlock.http.payload import error_words

_BY_CLASS: dict[type[ProviderError], str] = {
    AuthenticationError: "UnrecognizedClientException InvalidSignatureException SignatureDoesNotMatch "
    "ExpiredTokenException ExpiredToken InvalidClientTokenId InvalidClientTokenIdException "
    "MissingAuthenticationToken MissingAuthenticationTokenException IncompleteSignature "
    "IncompleteSignatureException InvalidAccessKeyId InvalidToken RequestExpired UnauthorizedException",
    PermissionDenied: "AccessDeniedException AccessDenied NotAuthorized OptInRequired "
    "SubscriptionRequiredException",
    QuotaExceeded: "ServiceQuotaExceededException LimitExceededException",
    RateLimited: "ThrottlingException Throttling TooManyRequestsException RequestLimitExceeded "
    "RequestThrottled RequestThrottledException",
    ModelNotFound: "ResourceNotFoundException",
    Unavailable: "InternalServerException InternalFailure InternalServerError ServiceUnavailableException "
    "ServiceUnavailable ModelErrorException ModelStreamErrorException ModelNotReadyException",
    AttemptTimeout: "ModelTimeoutException",
    InvalidRequest: "ValidationException SerializationException UnknownOperationException ConflictException",
}
_CODES = {code: kind for kind, codes in _BY_CLASS.items() for code in codes.split()}
_POLICY = re.compile(r"content filtering policy|content policy", re.IGNORECASE)


def error_from_reply(reply: HttpReply) -> ProviderError:
    """The typed error of a reply whose status is not 2xx; a body that is no JSON still has its status."""
    payload = json_in(reply.body)
    code = plain_code(reply.headers.get("x-amzn-errortype")) or _code_in(payload)
    return _typed(code, _words(payload), status=reply.status, headers=reply.headers)


def error_in_stream(code: str | None, payload: Any) -> ProviderError:
    """The typed error of an exception among the events of a stream. The reply was a 200: it has no status."""
    return _typed(plain_code(code) or _code_in(payload), _words(payload), status=None, headers={})


def plain_code(value: Any) -> str | None:
    """`com.amazon.coral#ThrottlingException:http://…` is ThrottlingException; so is throttlingException."""
    if not isinstance(value, str):
        return None
    code = value.partition(":")[0].rpartition("#")[2].strip()
    return code[:1].upper() + code[1:] or None


def reports_error(payload: dict[str, Any]) -> bool:
    """Whether a body is an error's and no answer."""
    return "output" not in payload and (_code_in(payload) is not None or _words(payload) is not None)


def error_inside(payload: dict[str, Any]) -> ProviderError:
    """The typed error of an error's body that came with a 200."""
    return error_in_stream(None, payload)


def _typed(
    code: str | None, words: str | None, *, status: int | None, headers: Mapping[str, str]
) -> ProviderError:
    kind = _CODES.get(code or "") or class_for(status)
    if kind is InvalidRequest and words:
        if says_overflow(words):
            kind = ContextLengthExceeded
        elif _POLICY.search(words):
            kind = ContentPolicyViolation
    return error_for(status=status, headers=headers, kind=kind, code=code, vendor_message=words)


def _code_in(payload: Any) -> str | None:
    if not isinstance(payload, dict):
        return None
    inner = payload.get("Error") or payload.get("error")
    for holder in (payload, inner):
        if isinstance(holder, dict):
            for key in ("__type", "code", "Code", "errorCode"):
                if code := plain_code(holder.get(key)):
                    return code
    return None


def _words(payload: Any) -> str | None:
    if not isinstance(payload, dict):
        return None
    inner = payload.get("Error") or payload.get("error")
    for holder in (payload, inner):
        if isinstance(holder, dict):
            for key in ("message", "Message", "errorMessage", "originalMessage"):
                if words := error_words(holder.get(key)):
                    return words
    return None
