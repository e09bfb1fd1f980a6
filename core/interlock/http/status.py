"""What a reply's status and headers mean: the typed error, and how long to wait."""

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from interlock.errors import (
    AuthenticationError,
    InvalidRequest,
    ModelNotFound,
    PermissionDenied,
    ProtocolError,
    ProviderError,
    QuotaExceeded,
    RateLimited,
    Unavailable,
)
from interlock.http.waits import wait_in_words
from interlock.logs import redact
from interlock.types.identifiers import identifier

_EXACT: Mapping[int, type[ProviderError]] = {
    401: AuthenticationError,
    402: QuotaExceeded,
    403: PermissionDenied,
    404: ModelNotFound,
    408: Unavailable,
    409: Unavailable,
    425: Unavailable,
    429: RateLimited,
}
_BY_HUNDRED: Mapping[int, type[ProviderError]] = {3: ProtocolError, 4: InvalidRequest, 5: Unavailable}
_REQUEST_IDS = ("x-request-id", "request-id", "x-amzn-requestid", "apim-request-id", "cf-ray")
_TOO_MANY_REQUESTS = 429
_UNAVAILABLE = 503

_LONGEST_MESSAGE = 500
_LONGEST_CODE = 100
_LONGEST_WAIT = 86_400.0

_NUMBER = re.compile(r"\d{1,18}(?:\.\d*)?|\.\d+")
_DURATION = re.compile(r"(\d{1,9}(?:\.\d*)?)(ms|us|µs|ns|d|h|m|s)")
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_EPOCH_SECONDS, _EPOCH_MILLISECONDS = 1e9, 1e12

# A limit's reset header and the header that says what is left of it.
_RESETS = tuple(
    (f"{prefix}-reset{suffix}", f"{prefix}-remaining{suffix}")
    for prefix in ("x-ratelimit", "ratelimit")
    for suffix in ("", "-requests", "-tokens")
) + tuple(
    (f"anthropic-ratelimit-{kind}-reset", f"anthropic-ratelimit-{kind}-remaining")
    for kind in ("requests", "tokens", "input-tokens", "output-tokens")
)


def retry_after(headers: Mapping[str, str], *, clock: Callable[[], float] = time.time) -> float | None:
    """Seconds to wait, from 0 to one day, or None when the headers do not say.

    `headers` have lower-case names; `clock` gives Unix time, against which dates are read. What the vendor
    says outright (`retry-after-ms`, `retry-after`) wins over the resets of limits that are used up.
    """
    told = _told(headers, clock)
    return told if told is not None else _reset(headers, clock)


def class_for(status: int | None) -> type[ProviderError]:
    """What a status stands for by itself; Unavailable for None, an error inside an answer that had a 200."""
    if status is None:
        return Unavailable
    return _EXACT.get(status) or _BY_HUNDRED.get(status // 100, ProtocolError)


def error_for(
    *,
    status: int | None,
    headers: Mapping[str, str],
    kind: type[ProviderError] | None = None,
    code: str | None = None,
    vendor_message: str | None = None,
    request_id: str | None = None,
    deployment_hint: str = "",
    clock: Callable[[], float] = time.time,
) -> ProviderError:
    """A vendor's error as a typed one. `status` is None for an error inside an answer that had a 200.

    A codec that knows the vendor's codes gives the `kind` that they stand for; without it the status decides,
    as in `class_for`. The vendor's words are kept up to 500 characters, with what looks like a key masked.
    `request_id` is what the body says, where no header does. `deployment_hint` is what the user can do about
    it, and ends the message.
    """
    words = _words(vendor_message, _LONGEST_MESSAGE)
    code = _words(code, _LONGEST_CODE)
    if status is None:
        named = f" ({code})" if code else ""
        message = f"the vendor sent an error inside its answer{named}: {words or 'without a word'}"
    else:
        named = f" (code {code})" if code else ""
        message = f"{status} from the vendor: {words or _phrase(status)}{named}"
    if deployment_hint:
        message += f"; {deployment_hint}"
    # A limit's reset says when the limit is whole again, which is no answer to a 500.
    wait = retry_after(headers, clock=clock) if status == _TOO_MANY_REQUESTS else _told(headers, clock)
    if wait is None and status in (None, _TOO_MANY_REQUESTS, _UNAVAILABLE):
        said = wait_in_words(vendor_message)
        wait = None if said is None else _bounded(said)
    return (kind or class_for(status))(
        message,
        status=status,
        code=code,
        vendor_message=words,
        request_id=_request_id(headers) or identifier(request_id),
        retry_after=wait,
    )


def _told(headers: Mapping[str, str], clock: Callable[[], float]) -> float | None:
    milliseconds = headers.get("retry-after-ms", "").strip()
    if _NUMBER.fullmatch(milliseconds):
        return _bounded(float(milliseconds) / 1000)
    value = headers.get("retry-after", "").strip()
    return seconds_until(value, clock) if value else None


def _reset(headers: Mapping[str, str], clock: Callable[[], float]) -> float | None:
    waits = [
        wait
        for reset, remaining in _RESETS
        if (value := headers.get(reset)) and headers.get(remaining, "0").strip() == "0"
        if (wait := seconds_until(value.strip(), clock)) is not None
    ]
    return max(waits, default=None)


def seconds_until(value: str, clock: Callable[[], float]) -> float | None:
    """Seconds (0 to a day) until what a header names: their number, a duration, a date, a Unix time."""
    if _NUMBER.fullmatch(value.removeprefix("-")) and value.startswith("-"):
        return 0.0
    if _NUMBER.fullmatch(value):
        number = float(value)
        if number >= _EPOCH_MILLISECONDS:
            return _bounded(number / 1000 - clock())
        return _bounded(number - clock() if number >= _EPOCH_SECONDS else number)
    parts = _DURATION.findall(value)
    if parts and "".join(number + unit for number, unit in parts) == value:
        return _bounded(sum(float(number) * _UNITS[unit] for number, unit in parts))
    moment = _moment(value)
    return None if moment is None else _bounded(moment - clock())


def _moment(value: str) -> float | None:
    """Unix time of an RFC 3339 or HTTP date; a date without a zone is UTC."""
    if ":" not in value:  # the parsers take long numbers for dates
        return None
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), _LONGEST_WAIT)


def _words(text: str | None, longest: int) -> str | None:
    """One line of printable text without credentials, or None."""
    if not text:
        return None
    # A key must not survive by being cut in half, so the text is masked before it is cut.
    plain = redact(" ".join("".join(c if c.isprintable() else " " for c in text[:20_000]).split()))
    return (plain if len(plain) <= longest else plain[: longest - 1] + "…") or None


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "overloaded" if status == 529 else "no reason given"  # noqa: PLR2004 - a vendor's own number


def _request_id(headers: Mapping[str, str]) -> str | None:
    for name in _REQUEST_IDS:
        if (value := identifier(headers.get(name, "").partition(",")[0].strip())) is not None:
            return value
    return None
