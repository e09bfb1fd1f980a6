"""The one file that knows an HTTP library. docs/decisions/transport.md says how it was chosen.

A wire sends requests from one event loop, to any host, through one network. Neither library times anything but
the connection: the engine owns every other deadline and cancels.
"""

import asyncio
import io
import os
import ssl
from collections.abc import AsyncIterator
from typing import Protocol

import httpx

from interlock.errors import ConfigError, PermitError
from interlock.http.codec import HttpRequest
from interlock.http.faults import Fault, cut_short, failure, reason_of
from interlock.http.permit import origin_of
from interlock.http.proxies import Proxy, Proxies
from interlock.http.tls import context_for
from interlock.types.models import Network

try:
    import aiohttp
    import yarl
except ImportError:  # pragma: no cover - needs an environment without aiohttp
    AIOHTTP = False
else:
    AIOHTTP = True

VARIABLE = "INTERLOCK_TRANSPORT"

# Longer than most servers keep an idle connection is of no use, and what they close is noticed. The front doors of
# vendors keep them for a minute and more, and a new TLS connection costs two round trips.
_KEEPALIVE = 30.0
_BUFFER = 256 * 1024
_LONGEST_HEADER = 64 * 1024
_LARGE_BODY = 2**20


class Arrival(Protocol):
    """A reply whose head has come. Header names are lower case."""

    status: int
    headers: dict[str, str]

    async def piece(self) -> bytes:
        """The next bytes as sent, still compressed; empty at the end. Raises ProtocolError when cut short."""
        ...

    async def aclose(self) -> None:
        """Free the connection: for reuse if the reply was read to its end, else by closing it at once."""
        ...


class Wire(Protocol):
    """Raises ProviderError and PermitError, nothing else."""

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
        raise ConfigError("aiohttp is not installed; unset it or install aiohttp", key=VARIABLE, source="environment")
    proxies = Proxies(network.proxy)
    context = tls or context_for(network)
    return AiohttpWire(proxies, context) if choice == "aiohttp" else HttpxWire(proxies, context)


class _Target:
    """A URL as the library understands it, with what does not change between requests to it."""

    __slots__ = ("host", "proxy", "proxy_headers", "tls", "url")

    def __init__(self, url: str, proxies: Proxies, tls: ssl.SSLContext) -> None:
        parsed = yarl.URL(url)
        self.url = parsed.with_user(None)
        self.host = f"{parsed.host}:{parsed.port}"
        # The permit read the URL by other rules; a URL that two readers understand differently goes nowhere.
        if origin_of(url) != f"{parsed.scheme}://{self.host}".lower():
            raise PermitError("the URL's host can be read in two ways")
        secure = parsed.scheme == "https"
        self.tls: ssl.SSLContext | bool = tls if secure else True
        proxy = proxies.for_url(url)
        self.proxy = None if proxy is None else yarl.URL(proxy.url)
        # An https target is reached through a tunnel, whose request carries the proxy's credentials; for http they
        # ride on the request itself.
        self.proxy_headers = _proxy_headers(proxy)


def _proxy_headers(proxy: Proxy | None) -> dict[str, str] | None:
    return {"proxy-authorization": proxy.authorization} if proxy and proxy.authorization else None
