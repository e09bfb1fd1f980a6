"""What GitHub's statuses say of a run, where HTTP says something else or less."""

import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from interlock import ToolOutcome
from interlock.http import HttpReply, retry_after

_UNAUTHORIZED, _FORBIDDEN, _ABSENT, _CONFLICTING, _INVALID, _TOO_MANY = 401, 403, 404, 409, 422, 429
_A_MINUTE = 60.0  # what GitHub asks for where it names no time
_A_DAY = 86_400.0
_LONGEST = 300
_BUSY = re.compile(r"rate limit|abuse detection", re.IGNORECASE)
_CONFLICT = re.compile(
    r"already[_ ]exists|\"sha\" wasn't supplied|does not match|out of date|was modified", re.IGNORECASE
)
_TOKEN = "GitHub does not take the token: it is wrong, has expired or was revoked"  # noqa: S105 - says so
_HIDDEN = (
    "Not Found: there is no such thing, or the token may not see it. GitHub does not tell the two apart: "
    "check owner, repo and number, and the token's repositories and permissions"
)


def verdict(reply: HttpReply, told: Any) -> ToolOutcome | None:
    """None where the status says it all."""
    status, says = reply.status, said(told)
    if status == _UNAUTHORIZED:
        return ToolOutcome(outcome="refused", content=_TOKEN)
    if status == _TOO_MANY or (status == _FORBIDDEN and _is_limit(reply, says)):
        content = "GitHub asks for fewer requests"
        return ToolOutcome(outcome="refused", reason="limited", content=content, retry_after=_wait(reply))
    if status == _FORBIDDEN:
        return ToolOutcome(outcome="refused", content=_forbidden(reply, says))
    if status == _ABSENT:
        return ToolOutcome(outcome="refused", content=_HIDDEN)
    if status in (_CONFLICTING, _INVALID):
        taken = status == _CONFLICTING or _CONFLICT.search(says)
        return ToolOutcome(outcome="refused", reason="conflict" if taken else "refused", content=says)
    return None


def said(told: Any) -> str:
    """GitHub's own words in the JSON of an error, those of single fields with them."""
    if not isinstance(told, Mapping):
        return "GitHub gives no reason"
    words = [told["message"]] if isinstance(told.get("message"), str) else []
    errors = told.get("errors")
    for each in errors[:5] if isinstance(errors, list) else ():
        if isinstance(each, str):
            words.append(each)
        elif isinstance(each, Mapping):
            words += [" ".join(str(each[name]) for name in ("field", "code", "message") if each.get(name))]
    return "; ".join(filter(None, words))[:_LONGEST] or "GitHub gives no reason"


def _is_limit(reply: HttpReply, says: str) -> bool:
    headers = reply.headers
    return "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0" or bool(_BUSY.search(says))


def _wait(reply: HttpReply) -> float:
    """Seconds until it may be asked again. The reset is a time of GitHub's clock, which a reply shows."""
    if "retry-after" in reply.headers:
        told = retry_after(reply.headers)
        return _A_MINUTE if told is None else told
    reset = reply.headers.get("x-ratelimit-reset", "")
    if reply.headers.get("x-ratelimit-remaining") != "0" or not re.fullmatch(r"[0-9]{9,11}", reset):
        return _A_MINUTE
    return min(max(int(reset) - _now(reply), 0.0), _A_DAY)


def _now(reply: HttpReply) -> float:
    try:
        return parsedate_to_datetime(reply.headers.get("date", "")).timestamp()
    except (ValueError, TypeError, OverflowError):
        return time.time()


def _forbidden(reply: HttpReply, says: str) -> str:
    needed = reply.headers.get("x-accepted-github-permissions") or reply.headers.get(
        "x-accepted-oauth-scopes"
    )
    if needed and re.fullmatch(r"[A-Za-z0-9_:=,; .-]{1,200}", needed):
        return f"Forbidden: the token lacks a permission; it needs {needed}. GitHub says: {says}"
    return f"Forbidden: {says}"
