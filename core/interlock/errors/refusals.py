"""The vendor refuses: the key, the account, the rate, the model or the request itself."""

from typing import Any

from interlock.errors.attempts import ProviderError


class AuthenticationError(ProviderError):
    """401: the key is wrong, expired or missing. The deployment is left alone for a while; change its key."""


class PermissionDenied(ProviderError):
    """403: the key may not do this, or the account may not from where it is.

    The vendor's `code` tells what about the account has to change; without one it may be this request alone.
    """


class QuotaExceeded(ProviderError):
    """402, or a 429 that says that the balance or a day's quota is spent: a short wait does not help."""


class RateLimited(ProviderError):
    """429: too many requests or tokens for now; `retry_after` says when to come back, where the vendor does.

    CoolingDown and AllRateLimited are of this kind as well, so that one `except` catches every rate limit.
    """


class ModelNotFound(ProviderError):
    """404: the vendor does not serve this model, or not to this key. The deployment's `name` may be wrong."""


class InvalidRequest(ProviderError):
    """400, 413, 422: the vendor refuses the request's form, or it has no way to say what is asked for.

    Another vendor may take it, and is tried; the message says what to leave out or to change.
    """


class ContextLengthExceeded(InvalidRequest):
    """The input, or input and output together, are too long for the model. Models with more room are tried.

    Shorten the conversation, or allow a model with a larger `context_window`.
    """


class PrefillRejected(InvalidRequest):
    """The model does not go on from an answer begun; it is asked once more, for the whole answer."""


class SettingRefused(InvalidRequest):
    """The model does not take a setting that may be left out, or not with this value. It is asked without.

    Attributes:
        setting: its name in `Settings`, e.g. `temperature`.
    """

    def __init__(self, message: str, *, setting: str = "", **facts: Any) -> None:
        super().__init__(message, **facts)
        self.setting = setting


class ContentPolicyViolation(InvalidRequest):
    """The vendor's filter rejects the prompt or the answer. It ends the call, and nobody else is asked.

    With `content.refused: fall_back` another model is.
    """
