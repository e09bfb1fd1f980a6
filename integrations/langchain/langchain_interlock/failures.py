"""Interlock's errors, which are LangChain's as well: what catches either, catches both."""

from collections.abc import Sequence

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
    (interlock.ApprovalNeeded, ModelInvalidRequestError),
)

_BOTH: dict[tuple[type[InterlockError], type[ModelError] | None], type[InterlockError]] = {}


def as_model_error(error: InterlockError) -> InterlockError:
    """The same error, with its facts and its traceback, of a class that is also LangChain's."""
    if not isinstance(error, ModelError):
        kind: type[ModelError] | None = None
        if isinstance(error, interlock.AllAttemptsFailed):
            kind = _shared(error.causes)
        elif isinstance(error, interlock.NoDeployment) and error.retry_after is not None:
            kind = ModelRateLimitError  # it passes, and so is no mistake of the caller's
        error.__class__ = _both(type(error), kind)
    return error


def misfit(error: InterlockError) -> OutputInvalid | None:
    """The last structured output that did not fit, when that is what ended the call."""
    last = error.__cause__ if isinstance(error, interlock.AllAttemptsFailed) else error
    return last if isinstance(last, OutputInvalid) else None


def _shared(causes: Sequence[InterlockError]) -> type[ModelError] | None:
    """What every deployment failed with, when that is one thing."""
    kinds = {_theirs(type(cause)) for cause in causes}
    return kinds.pop() if len(kinds) == 1 else None


def _theirs(ours: type[InterlockError]) -> type[ModelError]:
    return next((model for mine, model in _KINDS if issubclass(ours, mine)), ModelError)


def _both(ours: type[InterlockError], kind: type[ModelError] | None) -> type[InterlockError]:
    both = _BOTH.get((ours, kind))
    if both is None:
        theirs = kind or _theirs(ours)
        facts = {"__module__": ours.__module__, "__doc__": ours.__doc__}
        both = _BOTH[ours, kind] = type(ours.__name__, (ours, theirs), facts)
    return both
