"""The server over streamable HTTP, behind a door that looks at who comes."""

import hmac
import socket
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from hashlib import sha256
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.transport_security import TransportSecuritySettings

from interlock import RequestError, Router
from interlock.http import is_loopback
from interlock.types.models import Secret
from interlock_mcp.serving.making import server
from interlock_mcp.serving.pipes import LARGEST

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

HERE = ("127.0.0.1", "localhost", "[::1]")
_SHORTEST = 16
_HIGHEST = 65535
_HEARD = 64 * 1024
_UNKNOWN, _FORBIDDEN, _ELSEWHERE = 401, 403, 421
_MOST_SESSIONS = 1_000


def app(
    offered: "Router | Server[Any]",
    *,
    key: Secret | str | None = None,
    hosts: Iterable[str] = HERE,
    path: str = "/mcp",
    **options: Any,
) -> Asgi:
    """An ASGI application with one endpoint, for both revisions. It needs its lifespan.

    Args:
        offered: a router, or what `server` gave.
        key: what each request shows as `Authorization: Bearer …`; None lets in whoever reaches it.
        hosts: names of this server in a `Host` header, without a port. Others are refused, and so is an
            `Origin` of any other: a page in a browser may have a name of its own lead here.
        path: where the endpoint is.
        **options: of `server`, where a router is offered.

    Raises:
        RequestError: a key of fewer than 16 characters, or what `server` raises.
    """
    made = server(offered, **options) if isinstance(offered, Router) else offered
    secret = key if isinstance(key, Secret) or key is None else Secret(key)
    if secret is not None and len(secret.reveal()) < _SHORTEST:
        raise RequestError(
            f"a key of fewer than {_SHORTEST} characters is guessed; make a longer one.", key="key"
        )
    inner = made.streamable_http_app(
        streamable_http_path=path,
        max_request_body_size=LARGEST,
        max_sessions=_MOST_SESSIONS,
        # The door has looked at Host and Origin, before the first byte of a body was read.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    return _Door(inner, secret, hosts)


class _Door:
    def __init__(self, inner: Asgi, key: Secret | None, hosts: Iterable[str]) -> None:
        self._inner = inner
        self._key = None if key is None else sha256(key.reveal().encode()).digest()
        self._hosts = frozenset(each.lower() for each in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (refused := self._refused(scope)) is not None:
            await _refuse(receive, send, *refused)
        elif scope["type"] in ("http", "lifespan"):
            await self._inner(scope, receive, send)

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        found: dict[bytes, list[str]] = {}
        for name, value in scope["headers"]:
            found.setdefault(name.lower(), []).append(value.decode("latin-1"))
        hosts, origins = found.get(b"host", []), found.get(b"origin", [])
        if len(hosts) != 1 or _host_of(f"//{hosts[0]}") not in self._hosts:
            return _ELSEWHERE, "this server goes by another name"
        if len(origins) > 1 or (origins and _host_of(origins[0], web=True) not in self._hosts):
            return _FORBIDDEN, "pages of other origins are not served"
        if self._key is not None and not self._knows(found.get(b"authorization", [])):
            return _UNKNOWN, "a key is needed: Authorization: Bearer"
        return None

    def _knows(self, shown: list[str]) -> bool:
        if len(shown) != 1 or self._key is None:
            return False
        scheme, _, key = shown[0].partition(" ")
        # Digests are of one length, and comparing them takes as long whatever was shown.
        digest = sha256(key.strip().encode("latin-1")).digest()
        return hmac.compare_digest(digest, self._key) and scheme.lower() == "bearer"


def _host_of(address: str, *, web: bool = False) -> str | None:
    """The host of an address, as `hosts` has it; None of what is no address."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or parts.username is not None or (web and parts.scheme not in ("http", "https")):
        return None
    if parts.path or parts.query or parts.fragment:
        return None
    return f"[{host}]" if ":" in host else host


async def _refuse(receive: Receive, send: Send, status: int, words: str) -> None:
    """Answer, and hear a small message to its end: a client that is cut off while it speaks hears nothing."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    if status == _UNKNOWN:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": words.encode(), "more_body": True})
    heard, more = 0, True
    while more and heard < _HEARD:
        message = await receive()
        heard += len(message.get("body", b""))
        more = bool(message.get("more_body", False))
    await send({"type": "http.response.body", "body": b""})


def address_of(said: str) -> tuple[str, int]:
    """Host and port of `[HOST:]PORT`. Raises RequestError."""
    host, _, port = said.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") or "127.0.0.1"
    if not (port.isascii() and port.isdigit() and int(port) <= _HIGHEST):
        raise RequestError(f"expected PORT or HOST:PORT, not {said!r:.80}.", key="--http")
    return host, int(port)


def hosts_for(host: str, names: Iterable[str]) -> tuple[str, ...]:
    """What a server that listens there is called. Raises RequestError where nobody can know."""
    given = tuple(names)
    if is_loopback(host):
        return (*HERE, *given)
    try:
        anywhere = ip_address(host).is_unspecified
    except ValueError:
        anywhere = False
    if anywhere and not given:
        what = (
            f"{host} is every address of this machine; say with --host-name by which name clients reach it."
        )
        raise RequestError(what, key="--http")
    return (f"[{host}]" if ":" in host else host, *given, *(HERE if anywhere else ()))


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises RequestError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise RequestError(f"{host}:{port} cannot be listened at: {error.strerror}.", key="--http") from None


def configured(application: Asgi) -> uvicorn.Server:
    """What serves it until its `should_exit` is set. It writes nothing of what is asked."""
    config = uvicorn.Config(
        application,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        lifespan="on",
        ws="none",
        timeout_graceful_shutdown=3,
    )
    return _Unsignalled(config)


class _Unsignalled(uvicorn.Server):
    """Signals are whoever's who runs it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
