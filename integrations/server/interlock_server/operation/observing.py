"""What wraps the application: each request is timed, counted, traced and written down."""

from collections.abc import Awaitable, Collection
from time import perf_counter
from typing import Final

from interlock_server.facts import Facts
from interlock_server.operation.access import LEFT, access
from interlock_server.operation.lines import Lines
from interlock_server.operation.measures import Measures
from interlock_server.operation.service import App, Message, Receive, Scope, Send
from interlock_server.operation.spans import RequestSpan, Spans

_BUG: Final = 500
_BAD: Final = 400


class Observed:
    """An application, observed. It changes nothing of what passes."""

    def __init__(
        self,
        app: App,
        *,
        measures: Measures,
        lines: Lines | None = None,
        spans: Spans | None = None,
        quiet: Collection[str] = (),
    ) -> None:
        """Without `lines` nothing is written down, and nothing of the `quiet` routes unless they fail."""
        self._app, self._measures, self._lines, self._quiet = app, measures, lines, quiet
        self._spans = Spans() if spans is None else spans

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        watched = _Watched(send)
        facts, span = Facts.of(scope), self._spans.begin(scope)
        self._measures.under_way += 1
        try:
            await self._app(scope, receive, watched)
        except BaseException:
            watched.whole = False
            raise
        finally:
            self._measures.under_way -= 1
            self._tell(scope, facts, watched, span)

    def _tell(self, scope: Scope, facts: Facts, watched: "_Watched", span: RequestSpan | None) -> None:
        status = LEFT if facts.left else watched.status
        seconds, first = perf_counter() - watched.began, watched.first
        if span is not None:
            span.end(facts, status, whole=watched.whole)
        self._measures.request(scope["method"], facts, status, seconds, first)
        if self._lines is not None and not (facts.route in self._quiet and status < _BAD):
            access(self._lines, scope, facts, status=status, seconds=seconds, whole=watched.whole)


class _Watched:
    """A `send` that notes what passes."""

    __slots__ = ("_send", "began", "first", "status", "whole")

    def __init__(self, send: Send) -> None:
        self._send = send
        self.began = perf_counter()
        self.first: float | None = None
        self.status = _BUG
        self.whole = False

    def __call__(self, message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            return self._send(message)
        if self.first is None:
            self.first = perf_counter() - self.began
        self.whole = not message.get("more_body", False)
        return self._send(message)
