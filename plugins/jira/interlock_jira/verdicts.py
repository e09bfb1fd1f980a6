"""What Jira's statuses say of a run, where HTTP says something else or less."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from interlock import ToolOutcome
from interlock.http import HttpReply, retry_after
from interlock_tools import service_time

_INVALID, _UNAUTHORIZED, _FORBIDDEN, _ABSENT, _TOO_MANY = 400, 401, 403, 404, 429
_A_MINUTE = 60.0  # where nobody names a time
_A_DAY = 86_400.0
_LONGEST = 300
_MOVED_ON = re.compile(r"transition .*not valid|illegal workflow|not a valid transition", re.IGNORECASE)
_QUOTA = re.compile(r"\br=0\s*;\s*t=([0-9]{1,6})\b")
_REASON = re.compile(r"[a-z][a-z0-9-]{2,60}")
_KEY = (
    "Jira does not take the key: it is wrong, has expired or was revoked; "
    "an API token of Cloud goes with the address of whose it is"
)
_HIDDEN = (
    "Jira has no such thing, or the account may not see it, and does not say which: check the key of the "
    "issue or project, and the account's permissions"
)


def verdict(reply: HttpReply, told: Any) -> ToolOutcome | None:
    """None where the status says it all."""
    status, says = reply.status, said(told)
    if status == _UNAUTHORIZED:
        return ToolOutcome(outcome="refused", content=_KEY)
    if status == _TOO_MANY:
        return ToolOutcome(
            outcome="refused", reason="limited", content=_limit(reply), retry_after=_wait(reply)
        )
    if status == _FORBIDDEN:
        return ToolOutcome(outcome="refused", content=_forbidden(reply, says))
    if status == _ABSENT:
        return ToolOutcome(outcome="refused", content=f"{_HIDDEN}. Jira says: {says}")
    if status == _INVALID:
        reason = "conflict" if _MOVED_ON.search(says) else "refused"
        return ToolOutcome(outcome="refused", reason=reason, content=says)  # type: ignore[arg-type]  # either
    return None


def said(told: Any) -> str:
    """Jira's own words in the JSON of an error, those of single fields with them."""
    if not isinstance(told, Mapping):
        return "Jira gives no reason"
    listed, fields = told.get("errorMessages"), told.get("errors")
    words = [each for each in listed if isinstance(each, str)] if isinstance(listed, list) else []
    if isinstance(fields, Mapping):
        words += [f"{name}: {each}" for name, each in fields.items() if isinstance(each, str)]
    words += [told[name] for name in ("message", "errorMessage") if isinstance(told.get(name), str)]
    return "; ".join(filter(None, words))[:_LONGEST] or "Jira gives no reason"


def _limit(reply: HttpReply) -> str:
    reason = reply.headers.get("ratelimit-reason", "")
    why = f" ({reason})" if _REASON.fullmatch(reason) else ""
    return f"Jira asks for fewer requests{why}"


def _wait(reply: HttpReply) -> float:
    """Seconds until it may be asked again: as Jira says outright, else until its quota is renewed."""
    headers = reply.headers
    if (told := retry_after({name: headers[name] for name in headers if name == "retry-after"})) is not None:
        return told
    if found := _QUOTA.search(headers.get("ratelimit", "") or headers.get("beta-ratelimit", "")):
        return min(float(found[1]), _A_DAY)
    try:
        reset = datetime.fromisoformat(headers.get("x-ratelimit-reset", ""))
        now = service_time(reply)
        then = (reset if reset.tzinfo else reset.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return _A_MINUTE
    return _A_MINUTE if now is None else min(max(then - now, 0.0), _A_DAY)


def _forbidden(reply: HttpReply, says: str) -> str:
    if "x-authentication-denied-reason" in reply.headers:
        return "Jira wants a person to sign in and solve a captcha before this account may ask again"
    return f"Forbidden: the account or its token lacks a permission or a scope. Jira says: {says}"
