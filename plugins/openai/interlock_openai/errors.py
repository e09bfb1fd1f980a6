"""The vendors' error bodies, in whatever shape, as one typed error.

A code decides where there is one; the status decides next; words are read only where the code says nothing.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from interlock.errors import (
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
from interlock.http import class_for, error_for, json_in
from interlock.http.overflow import says_overflow
from interlock.http.payload import error_words

_BY_CLASS: dict[type[ProviderError], tuple[str, ...]] = {
    ContextLengthExceeded: (
        "context_length_exceeded",
        "exceed_context_size_error",
        "context_window_exceeded",
        "model_context_window_exceeded",
        "string_above_max_length",
        "max_context_length_exceeded",
        "tokens_limit_reached",
    ),
    ContentPolicyViolation: (
        "content_filter",
        "content_policy_violation",
        "image_content_policy_violation",
        "responsibleaipolicyviolation",
        "data_inspection_failed",
        "datainspectionfailed",
        "invalid_prompt",
        "bio_policy",
        "misalignment_policy_violation",
    ),
    QuotaExceeded: (
        "insufficient_quota",
        "billing_hard_limit_reached",
        "billing_not_active",
        "insufficient_balance",
        "insufficient_credits",
        "payment_required",
        "arrearage",
        "allocationquota.freetieronly",
    ),
    RateLimited: (
        "rate_limit_exceeded",
        "rate_limit_error",
        "too_many_requests",
        "ratelimitreached",
        "throttling",
        "throttling.ratequota",
        "throttling.allocationquota",
        "throttling.burstrate",
        "limitrequests",
    ),
    AuthenticationError: (
        "invalid_api_key",
        "invalidapikey",
        "authentication_error",
        "invalid_authentication",
    ),
    PermissionDenied: (
        "permission_denied",
        "permission_error",
        "access_denied",
        "accessdenied",
        "unsupported_country_region_territory",
        "data_residency_mismatch",
    ),
    ModelNotFound: (
        "model_not_found",
        "modelnotfound",
        "model_not_supported",
        "model_decommissioned",
        "invalid_model",
        "deploymentnotfound",
    ),
    InvalidRequest: (
        "invalid_image",
        "invalid_image_format",
        "invalid_base64_image",
        "invalid_image_url",
        "invalid_image_mode",
        "image_too_large",
        "image_too_small",
        "image_parse_error",
        "image_file_too_large",
        "image_file_not_found",
        "unsupported_image_media_type",
        "empty_image_file",
        "failed_to_download_image",
    ),
    Unavailable: (
        "server_error",
        "internal_server_error",
        "internalerror",
        "internal_error",
        "internal_error.algo",
        "overloaded_error",
        "engine_overloaded",
        "service_unavailable",
        "serviceunavailable",
    ),
}

# Zhipu numbers its errors (docs.z.ai/api-reference/api-code); others use the same numbers for other things.
_ZHIPU: dict[type[ProviderError], tuple[str, ...]] = {
    ContextLengthExceeded: ("1261",),
    ContentPolicyViolation: ("1301",),
    QuotaExceeded: (
        "1113",
        "1308",
        "1309",
        "1310",
    ),
    RateLimited: (
        "1302",
        "1303",
        "1304",
    ),
    AuthenticationError: (
        "1000",
        "1001",
        "1002",
        "1003",
        "1004",
    ),
    PermissionDenied: (
        "1110",
        "1111",
        "1112",
        "1121",
        "1220",
    ),
    ModelNotFound: ("1211",),
    Unavailable: (
        "1230",
        "1234",
        "1305",
        "1312",
    ),
    InvalidRequest: (
        "1210",
        "1212",
        "1213",
        "1214",
        "1215",
    ),
}
_CODES = {code: kind for kind, codes in _BY_CLASS.items() for code in codes}
_VENDOR_CODES = {"zhipu": {code: kind for kind, codes in _ZHIPU.items() for code in codes}}

# A part of the conversation is not there, and the model is: Responses say so with a 404.
_ITEM = re.compile(r"(item|previous response|conversation|file) with id\b", re.IGNORECASE)
_STATUSES = range(400, 600)
# With which some servers answer what they should have refused.
_BROKEN = 500
_LONGEST_INNER = 64 * 1024


class Told(NamedTuple):
    """What an error body says. `codes` are in order of trust: the code proper, inner codes, the type.

    `words` are all of them, those of a vendor that a gateway quotes too; `headers` are that vendor's.
    """

    codes: tuple[str, ...]
    message: str | None
    flagged: bool
    words: tuple[str, ...] = ()
    headers: Mapping[str, str] = MappingProxyType({})


def error_from_reply(
    status: int, headers: Mapping[str, str], body: bytes, *, vendor: str = ""
) -> ProviderError:
    """The typed error of a reply whose status is not 2xx; a body that is no JSON still has its status."""
    return _typed(read(json_in(body)), status=status, headers=headers, vendor=vendor)


def error_inside(
    payload: Any, *, headers: Mapping[str, str] | None = None, vendor: str = ""
) -> ProviderError:
    """The typed error of an error object that came inside a 200, or inside a stream."""
    told = read(payload)
    status = next((int(code) for code in told.codes if _is_status(code)), None)
    return _typed(told, status=status, headers=headers or {}, vendor=vendor)


def _typed(told: Told, *, status: int | None, headers: Mapping[str, str], vendor: str) -> ProviderError:
    code = next((code for code in told.codes if not _is_status(code)), next(iter(told.codes), None))
    return error_for(
        status=status,
        headers={**told.headers, **headers},
        kind=_kind(told, status, _VENDOR_CODES.get(vendor, {})),
        code=code,
        vendor_message=told.message,
    )


def _kind(told: Told, status: int | None, own: Mapping[str, type[ProviderError]]) -> type[ProviderError]:
    if told.flagged:
        return ContentPolicyViolation
    for code in told.codes:
        if (kind := own.get(code) or _CODES.get(code.lower())) is not None:
            return kind
    kind = class_for(status)
    if kind is ModelNotFound and any(map(_ITEM.match, told.words)):
        return InvalidRequest
    generic = status in (None, _BROKEN) or kind is InvalidRequest
    if generic and says_overflow(*told.words):
        return ContextLengthExceeded
    if status is None and "invalid_request_error" in told.codes:
        return InvalidRequest
    return kind


def _is_status(code: str) -> bool:
    return len(code) == len("400") and code.isascii() and code.isdigit() and int(code) in _STATUSES


def read(payload: Any) -> Told:
    """Codes and words out of any shape in use: nested, flat, a list, FastAPI's detail, bare text."""
    codes: list[str] = []
    words: list[str] = []
    flagged = _walk(payload, codes, words, depth=0)
    message = words[0] if words else None
    return Told(tuple(dict.fromkeys(codes)), message, flagged, tuple(words), _quoted_headers(payload))


def _quoted_headers(payload: Any) -> dict[str, str]:
    """OpenRouter's `error.metadata.headers`: those of the vendor behind it."""
    for key in ("error", "metadata", "headers"):
        payload = payload.get(key) if isinstance(payload, dict) else None
    if not isinstance(payload, dict):
        return {}
    return {
        name.lower(): str(value) for name, value in payload.items() if isinstance(value, (str, int, float))
    }


def _walk(value: Any, codes: list[str], words: list[str], depth: int) -> bool:
    if depth > 5:  # noqa: PLR2004 - deeper than any vendor nests, shallow enough for a hostile body
        return False
    if isinstance(value, str):
        return _text(value, codes, words, depth)
    if isinstance(value, list):
        flags = [_walk(item, codes, words, depth + 1) for item in value[:3]]
        return any(flags)
    if not isinstance(value, dict):
        return False
    flagged = False
    for key in ("error", "errors", "detail"):
        if value.get(key):
            flagged = _walk(value[key], codes, words, depth + 1) or flagged
    for key in ("code", "status_code"):
        _code(value.get(key), codes)
    for key in ("message", "msg"):
        if isinstance(value.get(key), (str, dict, list)):
            flagged = _walk(value[key], codes, words, depth + 1) or flagged
    inner = value.get("innererror")
    if isinstance(inner, dict):
        _code(inner.get("code"), codes)
    metadata = value.get("metadata")
    if isinstance(metadata, dict):
        flagged = flagged or bool(metadata.get("flagged_input"))
        flagged = _walk(metadata.get("raw"), codes, words, depth + 1) or flagged
    _code(value.get("type"), codes)
    return flagged


def _text(value: str, codes: list[str], words: list[str], depth: int) -> bool:
    """Words, or another vendor's whole error body that a gateway wrapped as text."""
    if len(value) <= _LONGEST_INNER and value.lstrip().startswith("{"):
        inner = json_in(value)
        if isinstance(inner, dict):
            return _walk(inner, codes, words, depth + 1)
    if said := error_words(value):
        words.append(said)
    return False


def _code(value: Any, codes: list[str]) -> None:
    if isinstance(value, int) and not isinstance(value, bool) and value:
        value = str(value) if abs(value) < 10**9 else None  # longer than any code; str() of a huge int raises
    if isinstance(value, str) and value:
        codes.append(value)
