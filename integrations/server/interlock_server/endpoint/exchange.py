"""One request and its answer: what handlers are given."""

from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from starlette.types import Receive, Scope, Send

from interlock import Request
from interlock_server.dialects import Dialect
from interlock_server.dialects.events import json_bytes
from interlock_server.endpoint.connection import Connection
from interlock_server.endpoint.live import Served
from interlock_server.facts import Facts
from interlock_server.principals import Principal
from interlock_server.problems import Problem

_JSON = (b"content-type", b"application/json")
_UNREAD = frozenset({408, 413, 415})
_UNAUTHORIZED = 401
_HOPELESS = frozenset({"budget_exceeded", "no_deployment"})


class ClientLeft(Exception):
    """Nobody waits for the answer any more."""


@dataclass(slots=True, kw_only=True, eq=False)
class Exchange:
    """One request and its answer.

    Attributes:
        headers: in lower case; of one that came twice, the last.
        rest: what follows the path of a route that has more below it.
        dialect: in which problems are told.
        connection: the client's; None where another server runs the application.
        principal: None where nobody needs a key.
        request: what the router is asked, once it is known.
        started: whether the head of the answer has left.
    """

    scope: Scope
    receive: Receive
    send: Send
    served: Served
    facts: Facts
    dialect: Dialect
    headers: Mapping[bytes, bytes]
    connection: Connection | None = None
    rest: str = ""
    principal: Principal | None = None
    request: Request | None = None
    started: bool = field(default=False)

    async def begin(
        self, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes, *, more: bool = False
    ) -> None:
        """Send the head of the answer, with what is known of the call, and its body, or the first of it where
        there is `more`.
        """
        self.started = True
        said = [*headers, *self.facts.headers]
        connection = self.connection
        if connection is not None:
            connection.hold()
        try:
            await self.send({"type": "http.response.start", "status": status, "headers": said})
            await self.send({"type": "http.response.body", "body": body, "more_body": more})
        finally:
            if connection is not None:
                connection.release()

    def reply(
        self, status: int, value: Mapping[str, Any], headers: Iterable[tuple[bytes, bytes]] = ()
    ) -> Awaitable[None]:
        """Send a whole answer of JSON."""
        return self.reply_with(status, json_bytes(value, whole=True), headers)

    def reply_with(
        self, status: int, body: bytes, headers: Iterable[tuple[bytes, bytes]] = ()
    ) -> Awaitable[None]:
        """Send a whole answer that is JSON already."""
        length = (b"content-length", b"%d" % len(body))
        return self.begin(status, (_JSON, length, *headers), body)

    async def refuse(self, problem: Problem, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
        """Send a problem in the words of the dialect."""
        said = list(headers)
        self.facts.code = problem.code
        if problem.retry_after is not None:
            said.append((b"retry-after", str(ceil(problem.retry_after)).encode()))
        if problem.code in _HOPELESS:
            # Clients of both vendors ask again by themselves unless they are told not to.
            said.append((b"x-should-retry", b"false"))
        if problem.status == _UNAUTHORIZED:
            said.append((b"www-authenticate", b"Bearer"))
        if problem.status in _UNREAD:
            # What was not read of the body would have to be read before the next request.
            said.append((b"connection", b"close"))
        await self.reply(problem.status, self.dialect.problem(problem), said)
