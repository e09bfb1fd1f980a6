"""When runs were sent, so that they are looked for no further back."""

from datetime import UTC
from email.utils import parsedate_to_datetime

from interlock.http import HttpReply
from interlock.types.clocks import elapsed

MARGIN = 120.0
"""Seconds that the clocks of a service's own machines may be apart."""

_MOST = 10_000


class Sendings:
    """When the runs of which nobody knows were first sent by this process, by their keys.

    Of one that another process may have sent, as one that is looked for before it was sent here, nothing is
    said.
    """

    def __init__(self) -> None:
        self._first: dict[str, float | None] = {}

    def sent(self, key: str) -> bool:
        """It is about to be sent. Whether that is the first time."""
        first = key not in self._first
        if first and len(self._first) < _MOST:
            self._first[key] = elapsed()
        return first

    def settled(self, key: str) -> None:
        """It is known what has come of it."""
        self._first.pop(key, None)

    def age(self, key: str) -> float | None:
        """Seconds since it was first sent; None where that is not known, and then it never will be."""
        first = self._first.get(key)
        if first is None and len(self._first) < _MOST:
            self._first[key] = None
        return None if first is None else elapsed() - first

    def earliest(self, key: str, reply: HttpReply) -> float | None:
        """Since when, in seconds since 1970 by the service's clock, what came of it can be there.

        `reply` is one that the service has just given. None where that is not known.
        """
        now, age = service_time(reply), self.age(key)
        return None if now is None or age is None else now - age - MARGIN


def service_time(reply: HttpReply) -> float | None:
    """When a reply was written, by the service's clock, in seconds since 1970; None where it does not say."""
    try:
        written = parsedate_to_datetime(reply.headers.get("date", ""))
        return (written if written.tzinfo else written.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
