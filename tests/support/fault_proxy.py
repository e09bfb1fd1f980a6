"""Stands between a client and a service of this machine, and lets requests fail as services and networks do.

A fault comes before the service has seen the request, or after it has acted on it: the client cannot tell.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.client import HTTPConnection
from urllib.parse import urlsplit

from interlock.testing import End, Received, Reply, Upstream

_HOPS = {"connection", "keep-alive", "transfer-encoding", "content-length", "host", "accept-encoding"}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What becomes of one request.

    Attributes:
        before: in place of the service's reply; the service sees nothing of the request.
        after: what the client gets of the service's reply, once the service has acted.
    """

    name: str
    before: Reply | None = None
    after: Callable[[Reply], Reply] | None = None

    @property
    def reaches(self) -> bool:
        """Whether the service sees the request."""
        return self.before is None

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """What reached the service, and what it answered, whatever the client got of it."""

    request: Received
    reply: Reply


class FaultProxy(Upstream):
    """A proxy for one service. A context manager.

    Attributes:
        requests: everything that clients sent.
        exchanges: of these, what reached the service, in order.
        met: the faults that requests have met, in order.
    """

    def __init__(self, service: str) -> None:
        super().__init__(always=self._pass)
        there = urlsplit(service)
        self.exchanges: list[Exchange] = []
        self.met: list[Fault] = []
        self._there = (str(there.hostname), int(there.port or 80))
        self._faults: deque[tuple[Fault | None, str]] = deque()

    def fail(self, *faults: Fault | None, at: str = "") -> None:
        """Let the next requests meet these, in order; None lets one pass.

        `at` is a part of "METHOD /path?query": requests without it pass, and take no fault away.
        """
        self._faults.extend((fault, at) for fault in faults)

    def clear(self) -> None:
        """Let the next requests pass, whatever they were to meet."""
        self._faults.clear()

    def reached(self, at: str = "") -> list[Exchange]:
        """What reached the service of the requests with `at` in "METHOD /path?query"."""
        return [each for each in self.exchanges if at in _line(each.request)]

    def _pass(self, request: Received) -> Reply:
        fault = None
        if self._faults and self._faults[0][1] in _line(request):
            fault = self._faults.popleft()[0]
        if fault is None:
            return self.forward(request)
        self.met.append(fault)
        if fault.before is not None:
            return fault.before
        reply = self.forward(request)
        return reply if fault.after is None else fault.after(reply)

    def forward(self, request: Received) -> Reply:
        """What the service says to a request that no fault meets."""
        connection = HTTPConnection(*self._there, timeout=20)
        try:
            headers = {name: value for name, value in request.headers.items() if name not in _HOPS}
            connection.request(request.method, request.path, body=request.body or None, headers=headers)
            got = connection.getresponse()
            body = self._here(got.read().decode("latin-1")).encode("latin-1")
            told: dict[str, str] = {}
            for written, value in got.getheaders():
                name, told_here = written.lower(), self._here(value)
                if name not in _HOPS:
                    # A reply's headers are a mapping: what comes twice, as cookies do, goes out twice.
                    told[name] = f"{told[name]}\r\n{name}: {told_here}" if name in told else told_here
            reply = Reply(status=got.status, headers=told, pieces=(body,))
        finally:
            connection.close()
        self.exchanges.append(Exchange(request=request, reply=reply))
        return reply

    def _here(self, text: str) -> str:
        """Links to the service lead back through the proxy."""
        port = self._there[1]
        for name in ("localhost", "127.0.0.1"):
            text = text.replace(f"http://{name}:{port}", self.url)
        return text


def _line(request: Received) -> str:
    return f"{request.method} {request.path}"


def _instead(status: int, body: object, headers: Mapping[str, str] | None = None) -> Callable[[Reply], Reply]:
    return lambda reply: Reply.json(body, status=status, headers=headers)


def _cut(reply: Reply) -> Reply:
    """Half of the body that its headers promise."""
    promised = str(len(reply.body))
    half = reply.body[: len(reply.body) // 2]
    return replace(reply, headers={**reply.headers, "content-length": promised}, pieces=(half, End.CUT))


def _emptied(reply: Reply) -> Reply:
    return replace(reply, pieces=(b"",))


def _page(reply: Reply) -> Reply:
    return Reply.raw(b"<html><body>Please sign in</body></html>", kind="text/html")


def delayed(seconds: float) -> Fault:
    """The service acts at once; its reply comes that much later."""
    return Fault(name=f"is late by {seconds:g} s", after=lambda reply: replace(reply, delay=seconds))


def limited(seconds: int, *, status: int = 429, dated: bool = False, body: object = None) -> Fault:
    """Too much was asked for: Retry-After in seconds, or as a date that many seconds from now."""
    when = str(seconds)
    if dated:
        when = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    reply = Reply.json(body or {"error": "too many"}, status=status, headers={"retry-after": when})
    return Fault(name=f"limits by {'date' if dated else 'seconds'} ({status})", before=reply)


_GONE = Reply(status=None, pieces=(End.RESET,))
_FAILED = {"error": "internal error"}

BEFORE: tuple[Fault, ...] = (
    Fault(name="fails (500)", before=Reply.json(_FAILED, status=500)),
    Fault(name="is unavailable (503)", before=Reply.json(_FAILED, status=503)),
    Fault(name="breaks the connection", before=_GONE),
)
"""The service saw nothing, and the client cannot know."""

AFTER: tuple[Fault, ...] = (
    Fault(name="fails after it acted (500)", after=_instead(500, _FAILED)),
    Fault(name="gives up waiting after it acted (504)", after=_instead(504, _FAILED)),
    Fault(name="breaks the connection after it acted", after=lambda reply: _GONE),
    Fault(name="cuts the answer short", after=_cut),
    Fault(name="answers with nothing", after=_emptied),
    Fault(name="answers with a page", after=_page),
)
"""The service acted, and the client cannot know."""

REFUSED: tuple[Fault, ...] = (
    Fault(name="does not know the token (401)", before=Reply.json({"error": "expired"}, status=401)),
    Fault(name="has another version (412)", before=Reply.json({"error": "changed"}, status=412)),
)
"""The service says that it did nothing."""


def limits() -> tuple[Fault, ...]:
    """The service says that it did nothing, and when to come back: 7 s, and a date 30 s from now."""
    secondary = {"message": "You have exceeded a secondary rate limit."}
    return (limited(7), limited(30, dated=True), limited(60, status=403, body=secondary))


def csrf_lost() -> Fault:
    """A session that SAP has forgotten."""
    headers = {"x-csrf-token": "Required"}
    return Fault(name="wants another CSRF token", before=Reply.json(_FAILED, status=403, headers=headers))
