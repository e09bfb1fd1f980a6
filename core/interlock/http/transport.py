"""Sends requests through aiohttp's session. docs/decisions/transport.md says how it was chosen.

Nothing is timed here but the connection: the engine owns every other deadline and cancels.
"""

import io
import ssl
from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

import aiohttp
import yarl

from interlock.errors import PermitError, ProviderError
from interlock.http import faults
from interlock.http.connection import KeptConnector, Late, Stale, Unasked
from interlock.http.proxies import Proxies, Proxy, basic
from interlock.http.sending import DUE, CheckedRequest
from interlock.types.models import Unprinted
from interlock.types.permit import Permit, origin_of
from interlock.types.wire import HttpRequest

# The engine bounds how many calls run; a limit here would only make calls wait where no deadline counts, and
# two calls that need each other (a stream whose fallback goes to the same host) would wait for ever.
_UNLIMITED = 0
# The front doors of vendors keep an idle connection for a minute and more, and a new TLS connection costs two
# round trips. A server that keeps it for less costs nothing but a look: what it closed is not written to, and
# what it closes at that very moment is sent once more.
_KEEPALIVE = 30.0
_BUFFER = 256 * 1024
_LONGEST_HEADER = 64 * 1024
_LARGE_BODY = 2**20
_KNOWN_URLS = 1024


class Transport:
    """One event loop's connections, to any host, through one network."""

    def __init__(self, proxies: Proxies, tls: ssl.SSLContext) -> None:
        self._proxies = proxies
        self._tls = tls
        self._targets: dict[str, _Target] = {}
        self._timeouts: dict[float, aiohttp.ClientTimeout] = {}
        self._distrusted: set[str] = set()
        self._kept = self._session({}, keepalive_timeout=_KEEPALIVE)
        self._fresh: aiohttp.ClientSession | None = None

    async def open(
        self, request: HttpRequest, permit: Permit, headers: dict[str, str], connect: float
    ) -> "TransportReply":
        """Raises ProviderError, PermitError, and ConfigError for an unusable proxy in the environment."""
        target = self._targets.get(request.url) or self._learn(request.url)
        permit.sent = said = Unprinted({**target.headers, **headers})
        if target.host not in self._distrusted:
            try:
                return await self._send(self._kept, request, permit, target, said=said, connect=connect)
            except Stale as stale:
                if stale.written and request.once:
                    raise faults.lost(target.host) from None
                permit.resent |= stale.written
            permit.check(request.url)  # which may have been withdrawn meanwhile
        return await self._send(self._unkept(), request, permit, target, said=said, connect=connect)

    async def _send(
        self,
        session: aiohttp.ClientSession,
        request: HttpRequest,
        permit: Permit,
        target: "_Target",
        *,
        said: Mapping[str, str],
        connect: float,
    ) -> "TransportReply":
        """Raises Stale when a kept connection turned out to be at its end: the request has had no answer."""
        body = request.body
        due = None if permit.deadline == inf else DUE.set(permit)
        try:
            reply = await session.request(
                request.method,
                target.url,
                headers=said,
                # aiohttp warns of a large body in one piece; a file object it sends bit by bit.
                data=None if not body else body if len(body) <= _LARGE_BODY else io.BytesIO(body),
                allow_redirects=False,
                timeout=self._timeouts.get(connect) or self._timeout(connect),
                ssl=target.tls,
                proxy=target.proxy,
                proxy_headers=target.proxy_headers,
            )
        except Stale:
            raise
        except Exception as error:  # noqa: BLE001 - a server must not be able to raise what the engine does not know
            fault = _fault(error, target.host, connect)
        else:
            return TransportReply(reply, target.host)
        finally:
            if due is not None:
                DUE.reset(due)
        # Raised here, the fault carries no context: the library's errors print URLs and headers.
        try:
            raise fault
        finally:
            del fault  # it holds this frame, and only the garbage collector would part the two

    async def aclose(self) -> None:
        """May be called again, to end what a cancelled call has begun."""
        await self._kept.close()
        if self._fresh is not None:
            await self._fresh.close()

    def _unkept(self) -> aiohttp.ClientSession:
        """Opens a connection for each request."""
        if self._fresh is None:
            self._fresh = self._session({"connection": "close"}, force_close=True)
        return self._fresh

    def _session(self, headers: Mapping[str, str], **keeping: Any) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            headers=headers,
            connector=KeptConnector(self._distrusted, limit=_UNLIMITED, **keeping),
            request_class=CheckedRequest,
            # A cookie of one caller's answer must not go out with another's request.
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            read_bufsize=_BUFFER,
            max_line_size=_LONGEST_HEADER,
            max_field_size=_LONGEST_HEADER,
            skip_auto_headers=("content-type", "user-agent"),
        )

    def _learn(self, url: str) -> "_Target":
        if len(self._targets) >= _KNOWN_URLS:
            self._targets.clear()
        target = self._targets[url] = _Target(url, self._proxies, self._tls)
        return target

    def _timeout(self, connect: float) -> aiohttp.ClientTimeout:
        # `connect` covers the name's resolution, the proxy's tunnel and TLS, which `sock_connect` does not.
        timeout = self._timeouts[connect] = aiohttp.ClientTimeout(total=None, connect=connect)
        return timeout


class _Target:
    """A URL as aiohttp takes it, with all that stays the same between requests to it."""

    __slots__ = ("headers", "host", "proxy", "proxy_headers", "tls", "url")

    def __init__(self, url: str, proxies: Proxies, tls: ssl.SSLContext) -> None:
        try:
            parsed = yarl.URL(url)
            self.url = parsed.with_user(None)
        except ValueError:
            raise PermitError("the URL is malformed") from None
        self.host = f"{parsed.host}:{parsed.port}"
        _same_reading(url, parsed.scheme, parsed.port, (parsed.host, parsed.raw_host))
        self.tls: ssl.SSLContext | bool = tls if parsed.scheme == "https" else True
        proxy = proxies.for_url(url)
        self.proxy = None if proxy is None else yarl.URL(proxy.url)
        self.proxy_headers = _proxy_headers(proxy)
        self.headers = {"host": parsed.host_port_subcomponent or ""}
        if parsed.user:
            self.headers["authorization"] = basic(parsed.user, parsed.password or "")
        if parsed.scheme == "http":  # without a tunnel, the request itself is what the proxy reads
            self.headers |= self.proxy_headers


class TransportReply:
    """A reply whose head has come. Header names are lower case."""

    __slots__ = ("_host", "_reply", "headers", "status")

    def __init__(self, reply: aiohttp.ClientResponse, host: str) -> None:
        self._reply = reply
        self._host = host
        self.status = reply.status
        self.headers = _headers(reply.headers)

    def whole(self, most: int) -> bytes | None:
        """What is left of a body of so many bytes whose end has come; None of any other."""
        content = self._reply.content
        if content.total_bytes > most or not content.is_eof() or content.exception() is not None:
            return None
        return content.read_nowait()

    async def piece(self) -> bytes:
        """The next bytes as sent, still compressed; empty at the end. Raises ProtocolError when cut short."""
        try:
            return await self._reply.content.readany()
        except Exception as error:  # noqa: BLE001 - whatever ends a body early is the same to the caller
            error.__traceback__ = None  # aiohttp keeps the error, and it would keep the call's frames
            fault = faults.cut_short(self._host)
        try:
            raise fault
        finally:
            del fault  # it holds this frame, and only the garbage collector would part the two

    def close(self) -> None:
        """Free the connection: for reuse if the reply has come to its end, else by closing it at once."""
        if self._reply.closed:
            return
        connection = self._reply.connection
        if connection is not None and connection.transport is not None:
            connection.transport.abort()  # a plain close waits for the server's side of TLS
        self._reply.close()


def _fault(error: Exception, host: str, connect: float) -> ProviderError:
    if isinstance(error, Unasked):
        return faults.unasked(host)
    if isinstance(error, Late):
        return faults.too_late(host)
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return faults.too_slow(host, connect)
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return faults.refused_by_proxy(host, error.status)
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return faults.no_proxy(host, error)
    if isinstance(error, aiohttp.ClientConnectorError):
        return faults.no_connection(host, error)
    if isinstance(error, RuntimeError) and "shutdown" in str(error):
        return faults.ending(host)
    if isinstance(error, (aiohttp.ClientConnectionError, OSError, RuntimeError)):
        return faults.lost(host)
    if isinstance(error, ValueError):
        return faults.unsendable("its URL or a header is malformed")
    return faults.malformed(host)


def _same_reading(url: str, scheme: str, port: int | None, hosts: Sequence[str | None]) -> None:
    """Raise PermitError unless the library reads the URL's origin as the permit did."""
    if origin_of(url) not in {f"{scheme}://{host}:{port}".lower() for host in hosts}:
        raise PermitError("the URL's host can be read in two ways")


def _proxy_headers(proxy: Proxy | None) -> dict[str, str]:
    return {"proxy-authorization": proxy.authorization} if proxy and proxy.authorization else {}


def _headers(received: Mapping[str, str]) -> dict[str, str]:
    """By names in lower case; those that came several times with all their values."""
    headers: dict[str, str] = {}
    for said, value in received.items():
        name, text = said.lower(), value if value.isascii() else _latin(value)
        headers[name] = f"{headers[name]}, {text}" if name in headers else text
    return headers


def _latin(value: str) -> str:
    """A character for each byte of what aiohttp reads as UTF-8, with what is none of it escaped."""
    return value.encode("utf-8", "surrogateescape").decode("latin-1")
