"""Errors in this dialect's words. The type follows from the status, which is the problem's own."""

from collections.abc import Mapping
from typing import Any

from interlock_server.problems import Problem

_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}
# Clients that shorten a conversation when it has become too long look for these words.
_TOO_LONG = "prompt is too long"


def problem_of(problem: Problem) -> Mapping[str, Any]:
    """The body of an error, and the data of an event that says one."""
    details: dict[str, Any] = {"error_code": problem.code}
    if problem.param is not None:
        details["param"] = problem.param
    if problem.rules:
        details["rules"] = dict(problem.rules)
    return {
        "type": "error",
        "error": {"type": _type(problem.status), "message": _message(problem), "details": details},
    }


def _type(status: int) -> str:
    known = _TYPES.get(status)
    if known is not None:
        return known
    return "invalid_request_error" if status < 500 else "api_error"  # noqa: PLR2004 - where errors of the server begin


def _message(problem: Problem) -> str:
    if problem.code == "context_length_exceeded":
        return f"{_TOO_LONG}: {problem.message}"
    return problem.message
