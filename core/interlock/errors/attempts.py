"""One attempt failed: what every such error carries, and failures to reach or to be served by a vendor."""

from typing import Any, TypeVar

from interlock.errors.root import InterlockError

E = TypeVar("E", bound="ProviderError")
_FACTS = (
    "status", "code", "vendor_message", "request_id", "retry_after", "unsent", "deployment", "late",
)  # fmt: skip


class ProviderError(InterlockError):
    """One attempt failed.

    A call ends in it when only one deployment was tried; its class says what else was, or may be, done.

    Attributes:
        status: the HTTP status, when there was one.
        code: the vendor's own code or type, as sent.
        vendor_message: the vendor's own words.
        request_id: the vendor's id of the request, for its support desk.
        retry_after: seconds to wait, as the vendor asked.
        unsent: it is certain that nothing of the request had left: there was no connection.
        deployment: id of the deployment, or of the connector; filled in by the engine, as is
        late: it came after as long a silence as a timeout would have, and so would the next one.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        vendor_message: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.vendor_message = vendor_message
        self.request_id = request_id
        self.retry_after = retry_after
        self.unsent = False
        self.deployment: str | None = None
        self.late = False

    def told_as(self, kind: type[E], message: str | None = None, **facts: Any) -> E:
        """The same failure as a more exact kind, with all that is known of it; `facts` are the kind's own."""
        error = kind(message or self.message, **facts)
        for name in _FACTS:
            setattr(error, name, getattr(self, name))
        return error


class NoLongerAllowed(ProviderError):
    """Nothing was sent: since the decision a rule has come to exclude the deployment; an open breaker does.

    The next one is tried; where no attempt was allowed any more, the call ends in NoDeployment.
    """


class Overloaded(ProviderError):
    """Nothing was sent: as many attempts are under way as the configuration's `load` allows.

    Try again later, or send less at once.

    Attributes:
        limit: how many attempts are under way.
        queue: how many more may wait for one of them; all places were taken, or the wait was too long.
        retry_after: our own estimate, in seconds: how long those before would take, as the last ones did.
    """

    def __init__(
        self, message: str, *, limit: int = 0, queue: int = 0, retry_after: float | None = None
    ) -> None:
        super().__init__(message, retry_after=retry_after)
        self.limit = limit
        self.queue = queue

    def with_causes(self, message: str) -> "Overloaded":
        """The same for a call that found room nowhere; `__cause__` is the last refusal."""
        whole = type(self)(message, limit=self.limit, queue=self.queue, retry_after=self.retry_after)
        whole.__cause__ = self
        return whole


class RouterOverloaded(Overloaded):
    """The router as a whole has no room, and so no other deployment is tried."""


class Unavailable(ProviderError):
    """The vendor cannot serve just now: 5xx, overloaded, or an error inside an answer that says no more.

    The deployment is asked again, and then the next one.
    """


class ConnectionFailed(Unavailable):
    """There was no connection, or it broke before the answer: refused, reset, no route, no name, TLS.

    The message says which; `interlock doctor` looks at each deployment.
    """
