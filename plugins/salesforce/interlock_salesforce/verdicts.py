"""What Salesforce's statuses and error codes say of a run, where HTTP says something else or less."""

from collections.abc import Mapping, Sequence
from typing import Any

from interlock import ToolOutcome
from interlock.http import HttpReply, retry_after
from interlock.types.tools import RefusedBecause
from interlock_tools import Meaning

_GOOD = range(200, 300)
_SILENT = 204
_MANY, _UNAUTHORIZED, _ABSENT, _CHANGED, _TOO_MANY, _SERVER = 300, 401, 404, 412, 429, 500
_UNSETTLED = (408, 425)
_A_MINUTE, _AN_HOUR = 60.0, 3600.0  # Salesforce names no time; its daily limit is one of a window of 24 hours
_LONGEST = 400
LIMITS = frozenset({"REQUEST_LIMIT_EXCEEDED"})
CONFLICTS = frozenset(
    {
        *("UNABLE_TO_LOCK_ROW", "ENTITY_IS_LOCKED", "DUPLICATES_DETECTED", "DUPLICATE_VALUE"),
        "DUPLICATE_EXTERNAL_ID",
    }
)
_TOKEN = "Salesforce does not take the session: it has expired, was revoked or may not use the API"  # noqa: S105 - says so
_AMBIGUOUS = "several records have that external id, and nothing was written: use the id of one of them"
_VERSION = "the record was changed since it was read, and nothing was written: read it again"
_HIDDEN = ". There is no such thing, or the user may not see it: Salesforce does not tell the two apart"
GONE = Meaning(status=404, outcome="refused", holds="ENTITY_IS_DELETED", content="the record was deleted")
DELETED = Meaning(status=404, outcome="done", holds="ENTITY_IS_DELETED", content="it had been deleted before")
"""Of a run that deletes, sent again."""


def verdict(reply: HttpReply, told: Any) -> ToolOutcome | None:
    """None where the status says it all."""
    status = reply.status
    if status in _GOOD:
        failed = isinstance(told, Mapping) and told.get("success") is False
        return refusal(errors_in(told.get("errors"))) if failed else None
    codes = codes_in(errors_in(told))
    if status == _TOO_MANY or codes & LIMITS:
        return _limited(reply, errors_in(told))
    if status >= _SERVER:
        return None
    if status == _UNAUTHORIZED:
        return ToolOutcome(outcome="refused", content=f"{_TOKEN}. {said(told) or ''}".strip())
    if status == _MANY:
        return ToolOutcome(outcome="refused", reason="conflict", content=_AMBIGUOUS)
    if status == _CHANGED:
        return ToolOutcome(outcome="refused", reason="conflict", content=_VERSION)
    if status in _UNSETTLED or not codes or "ENTITY_IS_DELETED" in codes:
        return None
    return refusal(errors_in(told), _HIDDEN if status == _ABSENT else "")


def silent(told: Any, reply: HttpReply) -> ToolOutcome:  # noqa: ARG001 - as an answer is asked
    """What is said of a change or a deletion: nothing, and anything else is not Salesforce's word."""
    if reply.status == _SILENT:
        return ToolOutcome(outcome="done", content="done")
    return ToolOutcome(outcome="unknown", content="the service sent something else than it documents")


def refusal(errors: Sequence[Mapping[str, Any]], more: str = "") -> ToolOutcome:
    """What did not happen, for these reasons."""
    codes, content = codes_in(errors), words_of(errors) or "Salesforce gives no reason"
    reason: RefusedBecause = "refused"
    if codes & LIMITS:
        reason = "limited"
    elif codes & CONFLICTS:
        reason = "conflict"
    wait = _A_MINUTE if reason == "limited" else None
    return ToolOutcome(outcome="refused", reason=reason, content=f"{content}{more}", retry_after=wait)


def said(told: Any) -> str | None:
    """Salesforce's own words in the JSON of an error."""
    return words_of(errors_in(told)) or None


def errors_in(told: Any) -> list[Mapping[str, Any]]:
    """The errors of a reply or of a part of one: their code is `errorCode`, of collections `statusCode`."""
    listed = told if isinstance(told, list) else [told]
    return [each for each in listed if isinstance(each, Mapping) and _code(each)]


def codes_in(errors: Sequence[Mapping[str, Any]]) -> set[str]:
    """Their codes."""
    return {_code(each) for each in errors}


def words_of(errors: Sequence[Mapping[str, Any]]) -> str:
    """Them as a line, fields with them."""
    return "; ".join(map(_line, errors[:5]))[:_LONGEST]


def _line(error: Mapping[str, Any]) -> str:
    fields = error.get("fields")
    named = ", ".join(map(str, fields[:10])) if isinstance(fields, list) and fields else ""
    return f"{_code(error)}: {error.get('message')}{f' ({named})' if named else ''}"


def _code(error: Mapping[str, Any]) -> str:
    found = error.get("errorCode") or error.get("statusCode")
    return found if isinstance(found, str) else ""


def _limited(reply: HttpReply, errors: Sequence[Mapping[str, Any]]) -> ToolOutcome:
    says = words_of(errors) or "Salesforce asks for fewer requests"
    told = retry_after(reply.headers)
    wait = told if told is not None else _AN_HOUR if "TotalRequests" in says else _A_MINUTE
    return ToolOutcome(outcome="refused", reason="limited", content=says, retry_after=wait)
