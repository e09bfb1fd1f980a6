"""Interlock's errors, which are LangChain's as well: what catches either, catches both."""

from langchain_core.exceptions import (
    ContextOverflowError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelError,
    ModelInvalidRequestError,
    ModelNotFoundError,
    ModelPermissionDeniedError,
    ModelRateLimitError,
    ModelTimeoutError,
)

import interlock
from interlock import InterlockError, OutputInvalid

# The first that fits; subclasses stand before their bases.
_KINDS: tuple[tuple[type[InterlockError], type[ModelError]], ...] = (
    (interlock.ContextLengthExceeded, ContextOverflowError),
    (interlock.InvalidRequest, ModelInvalidRequestError),
    (interlock.AuthenticationError, ModelAuthenticationError),
    (interlock.PermissionDenied, ModelPermissionDeniedError),
    (interlock.RateLimited, ModelRateLimitError),
    (interlock.ModelNotFound, ModelNotFoundError),
    (interlock.ConnectionFailed, ModelConnectionError),
    (interlock.AttemptTimeout, ModelTimeoutError),
    (interlock.TotalTimeout, ModelTimeoutError),
    (interlock.Unavailable, ModelAPIError),
    (interlock.ProtocolError, ModelAPIError),
    (interlock.AllAttemptsFailed, ModelAPIError),
    (interlock.StreamInterrupted, ModelAPIError),
    (interlock.RequestError, ModelInvalidRequestError),
    (interlock.NoDeployment, ModelInvalidRequestError),
    (interlock.GuardrailError, ModelInvalidRequestError),
)

_BOTH: dict[tuple[type[InterlockError], type[ModelError] | None], type[InterlockError]] = {}


def as_model_error(error: InterlockError) -> InterlockError:
    """The same error, with its facts and its traceback, of a class that is also LangChain's."""
    if not isinstance(error, ModelError):
        kind: type[ModelError] | None = None
        if isinstance(error, interlock.AllAttemptsFailed) and _overflowed(error):
            kind = ContextOverflowError
        error.__class__ = _both(type(error), kind)
    return error


def misfit(error: InterlockError) -> OutputInvalid | None:
    """The last structured output that did not fit, when that is what ended the call."""
    last = error.__cause__ if isinstance(error, interlock.AllAttemptsFailed) else error
    return last if isinstance(last, OutputInvalid) else None


def _overflowed(error: InterlockError) -> bool:
    kinds = {attempt.error.kind for attempt in error.attempts if attempt.error is not None}
    return kinds == {interlock.ContextLengthExceeded.__name__}


def _both(ours: type[InterlockError], kind: type[ModelError] | None) -> type[InterlockError]:
    both = _BOTH.get((ours, kind))
    if both is None:
        theirs = kind or next((model for mine, model in _KINDS if issubclass(ours, mine)), ModelError)
        facts = {"__module__": ours.__module__, "__doc__": ours.__doc__}
        both = _BOTH[ours, kind] = type(ours.__name__, (ours, theirs), facts)
    return both
