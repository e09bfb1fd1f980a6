"""One attempt ran out of time. The next deployment is asked at once, for a silent one is not asked twice."""

from interlock.errors.attempts import ProviderError


class AttemptTimeout(ProviderError, TimeoutError):
    """The attempt took longer than `timeouts.total` of its deployment, or the vendor gave up waiting.

    Its subclasses say what was waited for. Each has a key in `timeouts`, for all deployments or for one.
    """


class ConnectTimeout(AttemptTimeout):
    """No connection within `timeouts.connect` seconds: the host is down, or a firewall drops what is sent."""


class FirstTokenTimeout(AttemptTimeout):
    """No stream within `timeouts.first_token` seconds; a model that thinks in silence needs more."""


class BetweenTokensTimeout(AttemptTimeout):
    """A stream fell silent for `timeouts.between_tokens` seconds."""


class AnswerTimeout(AttemptTimeout):
    """An answer that is not streamed was not there within `timeouts.answer` seconds; stream long answers."""
