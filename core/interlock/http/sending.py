"""How a request goes out on a kept connection: looked at and written in one step."""

import inspect
from contextvars import ContextVar
from typing import Any

import aiohttp
import yarl
from aiohttp import hdrs
from aiohttp.http import StreamWriter

from interlock.http.connection import Connection
from interlock.types.permit import Permit

# Bytes of a body that an idle connection takes without being waited for.
_AT_ONCE = 16 * 1024
# What aiohttp tells a reply of its request. A release that tells it more has to send every request itself.
_TOLD_REPLIES = frozenset(inspect.signature(aiohttp.ClientResponse.__init__).parameters)
_REPLIES_ARE_KNOWN = _TOLD_REPLIES.issubset(
    {"self", "method", "url", "timer", "traces", "loop", "session"}
    | {"writer", "continue100", "request_info", "stream_writer"}
)

DUE: ContextVar[Permit | None] = ContextVar("DUE", default=None)
"""The permit of the request that is being sent, where it has a deadline. aiohttp hands nothing of ours on."""


class CheckedRequest(aiohttp.ClientRequest):
    """Goes out on a connection on which all is quiet; on any other it fails with Stale, unsent.

    With a short body it is written in the very step that looks at the connection, all at once. Longer ones,
    and those that a proxy reads, aiohttp writes in a task of its own while it listens for the answer.
    """

    def __init__(self, method: str, url: yarl.URL, **told: Any) -> None:
        self._told = told
        body = told["data"] or b""
        short = isinstance(body, bytes) and len(body) <= _AT_ONCE and told["proxy"] is None
        self._short: bytes | None = body if short and _REPLIES_ARE_KNOWN else None
        super().__init__(method, url, **told)

    def update_headers(self, headers: Any) -> None:
        # A session makes them for each request anew, so that they need no copy.
        if headers is not None and hdrs.HOST in headers:
            self.headers = headers
        else:
            super().update_headers(headers)

    def update_auto_headers(self, skip_auto_headers: Any) -> None:
        # Of what aiohttp would add, the client says all but the body's kind.
        if hdrs.CONTENT_TYPE not in self.headers:
            super().update_auto_headers(skip_auto_headers)

    def update_body_from_data(self, body: Any, **how: Any) -> None:  # type: ignore[override] # older ones have less
        if self._short is None:
            super().update_body_from_data(body, **how)
        elif body or self.method not in self.GET_METHODS:
            self.headers[hdrs.CONTENT_LENGTH] = str(len(self._short))

    async def send(self, conn: Any) -> aiohttp.ClientResponse:
        protocol: Connection = conn.protocol
        protocol.prepare(self.url, DUE.get())
        if self._short is None:
            if not self.body and (fault := protocol.ask()):
                raise fault
            return await super().send(conn)
        writer = StreamWriter(protocol, self.loop)
        await writer.write_headers(f"{self.method} {self.url.raw_path_qs} HTTP/1.1", self.headers)
        if fault := protocol.ask():
            raise fault
        await writer.write_eof(self._short)
        return self._awaited(writer)

    def _awaited(self, writer: StreamWriter) -> aiohttp.ClientResponse:
        """The reply that is still to come to a request that is written."""
        more: dict[str, Any] = {"stream_writer": writer} if "stream_writer" in _TOLD_REPLIES else {}
        return self.response_class(
            self.method,
            self.original_url,
            writer=None,
            continue100=None,
            request_info=self.request_info,
            timer=self._told["timer"],
            traces=self._told["traces"],
            loop=self._told["loop"],
            session=self._told["session"],
            **more,
        )

    async def write_bytes(self, writer: Any, conn: Any, content_length: int | None = None) -> None:
        # With a body, this writes all of the request.
        protocol: Connection = conn.protocol
        if fault := protocol.ask():
            protocol.set_exception(fault)
        else:
            await super().write_bytes(writer, conn, content_length)
