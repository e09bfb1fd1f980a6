"""The one file that knows an HTTP library. docs/decisions/transport.md says how it was chosen.

A wire sends requests from one event loop, to any host, through one network. Neither library times anything
but the connection: the engine owns every other deadline and cancels.
"""

import contextlib
import io
import os
import ssl
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from interlock.errors import ConfigError, PermitError, ProviderError
from interlock.http import faults
from interlock.http.proxies import Proxies, Proxy, basic
from interlock.http.tls import context_for
from interlock.types.models import Network
from interlock.types.permit import origin_of
from interlock.types.wire import HttpRequest

try:
    import aiohttp
    import yarl
except ImportError:  # pragma: no cover - needs an environment without aiohttp
    AIOHTTP = False
else:
    AIOHTTP = True

if TYPE_CHECKING:
    import httpx

VARIABLE = "INTERLOCK_TRANSPORT"

# The engine bounds how many calls run; a limit here would only make calls wait where no deadline counts, and
# two calls that need each other (a stream whose fallback goes to the same host) would wait for ever.
_UNLIMITED = 0
# Longer than most servers keep an idle connection is of no use, and what they close is noticed. The front
# doors of vendors keep them for a minute and more, and a new TLS connection costs two round trips.
_KEEPALIVE = 30.0
_BUFFER = 256 * 1024
_LONGEST_HEADER = 64 * 1024
_LARGE_BODY = 2**20
_KNOWN_URLS = 1024


class Arrival(Protocol):
    """A reply whose head has come. Header names are lower case."""

    status: int
    headers: dict[str, str]

    async def piece(self) -> bytes:
        """The next bytes as sent, still compressed; empty at the end. Raises ProtocolError when cut short."""
        ...

    async def aclose(self) -> None:
        """Free the connection: for reuse if the reply has come to its end, else by closing it at once."""
        ...


class Wire(Protocol):
    """Raises ProviderError, PermitError, and ConfigError for an unusable proxy in the environment."""

    async def open(self, request: HttpRequest, headers: dict[str, str], connect: float) -> Arrival: ...

    async def aclose(self) -> None: ...


def open_transport(network: Network, *, tls: ssl.SSLContext | None = None) -> Wire:
    """A wire for the running loop. `tls` spares the reading of certificates when a context was made before.

    Raises ConfigError for a network that cannot be used.
    """
    choice = os.environ.get(VARIABLE) or ("aiohttp" if AIOHTTP else "httpx")
    if choice not in ("aiohttp", "httpx"):
        raise ConfigError(f"{choice!r} is none of aiohttp, httpx", key=VARIABLE, source="environment")
    if choice == "aiohttp" and not AIOHTTP:
        raise ConfigError("aiohttp is not installed", key=VARIABLE, source="environment")
    proxies = Proxies(network.proxy)
    context = tls or context_for(network)
    return AiohttpWire(proxies, context) if choice == "aiohttp" else HttpxWire(proxies, context)


class AiohttpWire:
    """Hands requests to aiohttp's session; httpx has no part in it."""

    def __init__(self, proxies: Proxies, tls: ssl.SSLContext) -> None:
        self._proxies = proxies
        self._tls = tls
        self._targets: dict[str, _Target] = {}
        self._timeouts: dict[float, aiohttp.ClientTimeout] = {}
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=_UNLIMITED, keepalive_timeout=_KEEPALIVE),
            # A cookie of one caller's answer must not go out with another's request.
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            read_bufsize=_BUFFER,
            max_line_size=_LONGEST_HEADER,
            max_field_size=_LONGEST_HEADER,
            skip_auto_headers=("content-type", "user-agent"),
        )

    async def open(self, request: HttpRequest, headers: dict[str, str], connect: float) -> Arrival:
        target = self._targets.get(request.url) or self._learn(request.url)
        for name, value in target.headers.items():
            headers.setdefault(name, value)
        body = request.body
        try:
            reply = await self._session.request(
                request.method,
                target.url,
                headers=headers,
                # aiohttp warns of a large body in one piece; a file object it sends bit by bit.
                data=None if not body else body if len(body) <= _LARGE_BODY else io.BytesIO(body),
                allow_redirects=False,
                timeout=self._timeouts.get(connect) or self._timeout(connect),
                ssl=target.tls,
                proxy=target.proxy,
                proxy_headers=target.proxy_headers,
            )
        except Exception as error:  # noqa: BLE001 - a server must not be able to raise what the engine does not know
            fault = _aiohttp_fault(error, target.host, connect)
        else:
            return _AiohttpArrival(reply, target.host)
        # Raised here, the fault carries no context: the library's errors print URLs and headers.
        try:
            raise fault
        finally:
            del fault  # it holds this frame, and only the garbage collector would part the two

    async def aclose(self) -> None:
        await self._session.close()

    def _learn(self, url: str) -> "_Target":
        if len(self._targets) >= _KNOWN_URLS:
            self._targets.clear()
        target = self._targets[url] = _Target(url, self._proxies, self._tls)
        return target

    def _timeout(self, connect: float) -> "aiohttp.ClientTimeout":
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
        self.headers = _credentials(parsed.user, parsed.password)
        if parsed.scheme == "http":  # without a tunnel, the request itself is what the proxy reads
            self.headers |= self.proxy_headers


class _AiohttpArrival:
    __slots__ = ("_content", "_host", "_reply", "headers", "status")

    def __init__(self, reply: "aiohttp.ClientResponse", host: str) -> None:
        self._reply = reply
        self._content = reply.content
        self._host = host
        self.status = reply.status
        # Raw headers are missing where a recorder of HTTP (vcrpy) plays a reply in aiohttp's place.
        self.headers = _headers(reply.raw_headers or _raw(reply.headers))

    async def piece(self) -> bytes:
        try:
            return await self._content.readany()
        except Exception as error:  # noqa: BLE001 - whatever ends a body early is the same to the caller
            error.__traceback__ = None  # aiohttp keeps the error, and it would keep the call's frames
            fault = faults.cut_short(self._host)
        try:
            raise fault
        finally:
            del fault  # it holds this frame, and only the garbage collector would part the two

    async def aclose(self) -> None:
        if self._reply.closed:
            return
        connection = self._reply.connection
        if connection is not None and connection.transport is not None:
            connection.transport.abort()  # a plain close waits for the server's side of TLS
        self._reply.close()


def _aiohttp_fault(error: Exception, host: str, connect: float) -> ProviderError:
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return faults.too_slow(host, connect)
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return faults.refused_by_proxy(host, error.status)
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return faults.no_proxy(host, error)
    if isinstance(error, aiohttp.ClientConnectorError):
        return faults.no_connection(host, error)
    if isinstance(error, (aiohttp.ClientConnectionError, OSError, RuntimeError)):
        return faults.lost(host)
    if isinstance(error, ValueError):
        return faults.unsendable("its URL or a header is malformed")
    return faults.malformed(host)


class HttpxWire:
    """httpx's own transport: for where aiohttp is missing, and to tell which of the two is at fault."""

    def __init__(self, proxies: Proxies, tls: ssl.SSLContext) -> None:
        self._proxies = proxies
        self._tls = tls
        # Loaded here and not above: where aiohttp is used, it would be a tenth of a second for nothing.
        self._transports: dict[Proxy | None, httpx.AsyncHTTPTransport] = {}

    async def open(self, request: HttpRequest, headers: dict[str, str], connect: float) -> Arrival:
        import httpx  # noqa: PLC0415 - see __init__

        try:
            url = httpx.URL(request.url)
        except (httpx.InvalidURL, ValueError):
            raise PermitError("the URL is malformed") from None
        port = url.port or {"http": 80, "https": 443}.get(url.scheme)
        _same_reading(request.url, url.scheme, port, (url.host, url.raw_host.decode("ascii")))
        host = f"{url.host}:{port}"
        proxy = self._proxies.for_url(request.url)
        transport = self._transport(proxy)
        try:
            reply = await transport.handle_async_request(
                httpx.Request(
                    request.method,
                    url,
                    content=request.body,
                    headers={**_credentials(url.username, url.password), **headers},
                    extensions={"timeout": {"connect": connect, "read": None, "write": None, "pool": None}},
                )
            )
        except Exception as error:  # noqa: BLE001 - a server must not be able to raise what the engine does not know
            fault = _httpx_fault(error, host, connect, proxied=proxy is not None)
        else:
            return _HttpxArrival(reply, host)
        raise fault

    async def aclose(self) -> None:
        while self._transports:
            await self._transports.popitem()[1].aclose()

    def _transport(self, proxy: Proxy | None) -> "httpx.AsyncHTTPTransport":
        import httpx  # noqa: PLC0415 - see __init__

        transport = self._transports.get(proxy)
        if transport is None:
            transport = self._transports[proxy] = httpx.AsyncHTTPTransport(
                verify=self._tls,
                limits=httpx.Limits(max_connections=None, keepalive_expiry=_KEEPALIVE),
                proxy=None if proxy is None else httpx.Proxy(proxy.url, headers=_proxy_headers(proxy)),
            )
        return transport


class _HttpxArrival:
    def __init__(self, reply: "httpx.Response", host: str) -> None:
        self._reply = reply
        self._host = host
        self._pieces = reply.stream.__aiter__()  # type: ignore[union-attr] # an asynchronous transport's stream
        self.status = reply.status_code
        self.headers = _headers(reply.headers.raw)

    async def piece(self) -> bytes:
        try:
            return await anext(self._pieces, b"")
        except Exception:  # noqa: BLE001 - whatever ends a body early is the same to the caller
            fault = faults.cut_short(self._host)
        raise fault

    async def aclose(self) -> None:
        import httpx  # noqa: PLC0415 - see HttpxWire

        # The connection is gone either way, and the call has its outcome.
        with contextlib.suppress(httpx.TransportError, OSError, RuntimeError):
            await self._reply.aclose()


def _httpx_fault(error: Exception, host: str, connect: float, *, proxied: bool) -> ProviderError:
    import httpx  # noqa: PLC0415 - see HttpxWire

    if isinstance(error, httpx.ConnectTimeout):
        return faults.too_slow(host, connect)
    if isinstance(error, httpx.ProxyError):
        return faults.refused_by_proxy(host, None)
    if isinstance(error, httpx.ConnectError):
        return faults.no_proxy(host, error) if proxied else faults.no_connection(host, error)
    if isinstance(error, (httpx.LocalProtocolError, ValueError)):
        return faults.unsendable("its URL or a header is malformed")
    # h11 has no type of its own for a server that hangs up instead of answering.
    if isinstance(error, (httpx.NetworkError, OSError, RuntimeError)) or "disconnected" in str(error):
        return faults.lost(host)
    return faults.malformed(host)


def _same_reading(url: str, scheme: str, port: int | None, hosts: Sequence[str | None]) -> None:
    """Raise PermitError unless the library reads the URL's origin as the permit did."""
    if origin_of(url) not in {f"{scheme}://{host}:{port}".lower() for host in hosts}:
        raise PermitError("the URL's host can be read in two ways")


def _credentials(user: str | None, password: str | None) -> dict[str, str]:
    return {"authorization": basic(user, password or "")} if user else {}


def _proxy_headers(proxy: Proxy | None) -> dict[str, str]:
    return {"proxy-authorization": proxy.authorization} if proxy and proxy.authorization else {}


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """As they were on the wire, which aiohttp reads as UTF-8 with what is none of it escaped."""
    return [(name.encode(), value.encode("utf-8", "surrogateescape")) for name, value in headers.items()]


def _headers(raw: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
