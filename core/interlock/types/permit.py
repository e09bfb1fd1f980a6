"""The permission to send. The engine mints one for each attempt, after checking its constraints once more."""

from collections.abc import Mapping
from functools import lru_cache
from math import inf
from typing import Any
from urllib.parse import urlsplit

from interlock.errors import PermitError
from interlock.types.clocks import elapsed

_NO_PINS: Mapping[str, Any] = {}
_PORTS = {"http": 80, "https": 443}


class Permit:
    """Covers sends to one origin, for one attempt, until it is withdrawn.

    An `origin` of None covers no send at all: the deployment runs in the process. `sent` holds the headers
    of the last request that went out under it: what its reply may echo. `resent` says that the request has
    gone out twice, because a kept connection was closed as it was written to. `used` is how many
    requests may have gone out; while it is 0, it is certain that none has.

    `pins` are fields that the body of each request must have: they keep it in a place.

    After its `deadline`, seconds on the clock of `elapsed`, nothing goes out. That is looked at in the step
    which writes the request: what is stopped and goes on later does not send what others have taken over.
    """

    __slots__ = ("_open", "deadline", "deployment", "origin", "pins", "resent", "sent", "used")

    def __init__(
        self,
        *,
        deployment: str,
        origin: str | None,
        deadline: float = inf,
        pins: Mapping[str, Any] = _NO_PINS,
    ) -> None:
        self.deployment = deployment
        self.origin = origin
        self.deadline = deadline
        self.pins = pins
        self.sent: Mapping[str, str] = {}
        self.resent = False
        self.used = 0
        self._open = True

    @property
    def is_open(self) -> bool:
        """Whether its attempt goes on."""
        return self._open

    @property
    def is_late(self) -> bool:
        """Whether its deadline has passed."""
        return self.deadline != inf and elapsed() >= self.deadline

    def withdraw(self) -> None:
        """Its attempt is over: nothing is sent with it any more."""
        self._open = False

    def check(self, url: str) -> None:
        """Raise PermitError unless `url` may be sent to now."""
        if not self._open:
            raise PermitError(f"the permit for {self.deployment} was withdrawn: its attempt is over")
        if self.origin is None or origin_of(url) != self.origin:
            raise PermitError(f"the permit for {self.deployment} covers {self.origin}, not {origin_of(url)}")


@lru_cache(maxsize=4096)
def origin_of(url: str) -> str:
    """`scheme://host:port` in lower case, the port written out."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise PermitError("a URL needs http or https, a host and a valid port") from None
    if not parts.hostname:
        raise PermitError("a URL needs a host")
    return f"{parts.scheme}://{parts.hostname.lower()}:{port}"
