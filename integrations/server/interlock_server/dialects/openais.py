"""What went wrong, as OpenAI's endpoints say it."""

from collections.abc import Mapping
from typing import Any

from interlock_server.problems import Problem

# By the problem's code, then by its status; what is neither is a failure of the server's.
_BY_CODE = {"budget_exceeded": "insufficient_quota"}
_BY_STATUS = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
_REFUSALS = range(400, 500)


def problem_of(problem: Problem) -> Mapping[str, Any]:
    """The body of an error; of chat completions it is an event as well."""
    status = problem.status
    kind = _BY_CODE.get(problem.code) or _BY_STATUS.get(status)
    if kind is None:
        kind = "invalid_request_error" if status in _REFUSALS else "server_error"
    error: dict[str, Any] = {
        "message": problem.message,
        "type": kind,
        "param": problem.param,
        "code": problem.code,
    }
    if problem.rules:
        error["rules"] = dict(problem.rules)
    return {"error": error}
