"""Which problem each error is, in words that quote nobody."""

from collections.abc import Callable, Sequence
from typing import Final

from interlock import (
    AllAttemptsFailed,
    ApprovalNeeded,
    AttemptRecord,
    AttemptTimeout,
    BlockedAnswer,
    BudgetExceeded,
    ContentPolicyViolation,
    ContextLengthExceeded,
    CoolingDown,
    ErrorRecord,
    GuardrailError,
    InterlockError,
    InvalidRequest,
    LogUnavailable,
    NoDeployment,
    Overloaded,
    ProviderError,
    RateLimited,
    Request,
    RequestError,
    Router,
    StoreError,
    StreamInterrupted,
    TotalTimeout,
)
from interlock_server.dialects.own import place_of
from interlock_server.principals import Principal
from interlock_server.problems import Problem

_UNSAYABLE: Final = "unsupported_part"
_FAILED: Final = (502, "upstream_failed", "no deployment gave an answer that counts")
INTERNAL: Final = Problem(
    status=500, code="internal_error", message="something is wrong with the server; its log says more"
)

# The first kind that an error is of says which problem it is: status, code, and what is told of it.
_KINDS: Final[tuple[tuple[type[InterlockError], tuple[int, str, str]], ...]] = (
    (BudgetExceeded, (429, "budget_exceeded", "a budget is used up for now")),
    (CoolingDown, (429, "rate_limited", "whoever may serve the request is at a rate limit")),
    (Overloaded, (503, "overloaded", "as many requests are under way as there is room for")),
    (RateLimited, (429, "rate_limited", "the vendors' rate limits are reached")),
    (BlockedAnswer, (400, "blocked", "a guardrail will not have the answer")),
    (ApprovalNeeded, (403, "approval_needed", "a person has to agree to this request first")),
    (LogUnavailable, (503, "log_unavailable", "what has to be logged first cannot be logged just now")),
    (StoreError, (503, "store_unavailable", "what this request needs is kept in a store that is down")),
    (TotalTimeout, (504, "timeout", "the request took longer than it may")),
    (AttemptTimeout, (504, "timeout", "no deployment answered in time")),
    (
        ContextLengthExceeded,
        (400, "context_length_exceeded", "the request is too long for the models that may serve it"),
    ),
    (ContentPolicyViolation, (400, "content_policy", "the vendor's filter rejects the request")),
    (InvalidRequest, (400, "invalid_request", "the vendor refuses the request's form")),
    (StreamInterrupted, (502, "stream_interrupted", "the answer broke off; what was sent is not whole")),
    (ProviderError, _FAILED),
    (AllAttemptsFailed, _FAILED),
)


def problem_of(
    error: BaseException,
    *,
    router: Router | None = None,
    request: Request | None = None,
    principal: Principal | None = None,
) -> Problem:
    """What a client is told of an error. Whatever is no error of Interlock's is a fault of the server.

    `router` and `request` tell what is forbidden from what cannot be had just now; of what a key does not
    let its `principal` use, nothing is told.
    """
    if isinstance(error, RequestError):
        return _asked_wrongly(error)
    if isinstance(error, NoDeployment) and not isinstance(error, BudgetExceeded | CoolingDown):
        return _nowhere(error, router, request, principal)
    if isinstance(error, GuardrailError):
        return _guarded(error)
    kind = error
    if type(error) is AllAttemptsFailed and error.causes:
        kind = _common(error.causes)
    found = next((told for each, told in _KINDS if isinstance(kind, each)), None)
    if found is None or not isinstance(error, InterlockError):
        return INTERNAL
    status, code, message = found
    if _is_unsaid(kind):
        message = "whoever may serve the request cannot be told all that it holds"
    seen = _seer(router, principal)
    excluded = error.excluded if isinstance(error, NoDeployment) else {}
    return Problem(
        status=status,
        code=code,
        message=message + _tried(error.attempts, seen),
        rules={name: rule for name, rule in excluded.items() if seen(name)},
        retry_after=getattr(error, "retry_after", None),
    )


def _asked_wrongly(error: RequestError) -> Problem:
    where = place_of(error.key)
    told = RequestError(error.message, key=where, suggestion=error.suggestion)
    return Problem(status=400, code="invalid_request", message=str(told), param=where or None)


def _nowhere(
    error: NoDeployment, router: Router | None, request: Request | None, principal: Principal | None
) -> Problem:
    seen = _seer(router, principal)
    rules = {name: rule for name, rule in error.excluded.items() if seen(name)}
    if router is not None and request is not None and error.retry_after is None:
        may = router.permissions(request).deployments.values()
        forbidden = all(each.verdict == "denied" for each in may)
    else:
        forbidden = False
    if forbidden:
        message = "no deployment may serve this request by its rules and those of its key"
        return Problem(status=403, code="no_deployment", message=message, rules=rules)
    return Problem(
        status=503,
        code="no_deployment",
        message="no deployment may serve this request now",
        rules=rules,
        retry_after=error.retry_after,
    )


def _guarded(error: GuardrailError) -> Problem:
    if error.verdict is None:
        what = f"the guardrail {error.guardrail!r} failed, and nothing goes without it"
        return Problem(status=503, code="guardrail_failed", message=what)
    what = f"the guardrail {error.guardrail!r} stopped the request"
    return Problem(status=400, code="blocked", message=what)


def _common(causes: Sequence[ProviderError]) -> InterlockError:
    """A cause that stands for all, where they are problems of one kind; else a failure of no kind. A vendor's
    own refusal goes before what nobody was sent.
    """
    told = {next(told for each, told in _KINDS if isinstance(cause, each)) for cause in causes}
    return min(causes, key=_is_unsaid) if len(told) == 1 else ProviderError("")


def _is_unsaid(error: BaseException | ErrorRecord) -> bool:
    """Whether a codec could not say it, and so nothing was sent."""
    return getattr(error, "code", None) == _UNSAYABLE and getattr(error, "status", None) is None


def _tried(attempts: Sequence[AttemptRecord], seen: Callable[[str], bool]) -> str:
    """Each deployment's last failure, as far as it can be told without quoting the vendor."""
    failed = {each.deployment: each.error for each in attempts if each.error is not None}
    told = [f"{name}: {_kind(error)}" for name, error in failed.items() if seen(name)]
    return f" ({'; '.join(told)})" if told else ""


def _kind(error: ErrorRecord) -> str:
    if _is_unsaid(error) and not error.quoted:
        return error.message
    return error.kind if error.status is None else f"{error.kind}, status {error.status}"


def _seer(router: Router | None, principal: Principal | None) -> Callable[[str], bool]:
    """Says of a deployment whether whoever asks may know that there is such a thing."""
    if principal is None or principal.models is None:
        return lambda _: True
    models, places = principal.models, {} if router is None else router.deployments
    return lambda name: name in models or (name in places and places[name].model in models)
