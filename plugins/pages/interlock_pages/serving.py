"""Serving pages on this machine, or where somebody puts them on purpose."""

import socket
from ipaddress import ip_address
from typing import TYPE_CHECKING

from interlock import RequestError
from interlock.http import is_loopback

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import ASGIApp


def bound(host: str, port: int, *, origin: str = "") -> socket.socket:
    """A socket that listens there; port 0 is any that is free.

    Beyond this machine, pages are reached under an origin that https protects: something before them has its
    certificate.

    Raises:
        RequestError: the host is no address of this machine, the port is taken, the origin is none or, beyond
            this machine, is not said.
    """
    if origin and not _is_origin(origin):
        raise RequestError(f"expected https://NAME, not {origin!r}.", key="--origin")
    if not is_loopback(host) and not origin.startswith("https://"):
        raise RequestError(
            f"{host} can be reached by others: put https before it, and say with --origin https://… "
            "under which name people reach it.",
            key="--origin",
        )
    family = socket.AF_INET6 if _is_six(host) else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise RequestError(f"{host}:{port} cannot be listened at: {error.strerror}", key="--port") from None


def origins_of(host: str, listening: socket.socket, origin: str = "") -> list[str]:
    """Under which names pages are reached; the first is for links."""
    if origin:
        return [origin.rstrip("/").lower()]
    port = listening.getsockname()[1]
    shown = f"[{host}]" if _is_six(host) else host.lower()
    return list(dict.fromkeys([f"http://{shown}:{port}", f"http://localhost:{port}"]))


def serve(app: "ASGIApp", listening: socket.socket) -> None:
    """Until somebody interrupts it."""
    import uvicorn  # noqa: PLC0415 - slow to import

    uvicorn.Server(configured(app)).run(sockets=[listening])


def configured(app: "ASGIApp") -> "uvicorn.Config":
    """A server that writes nothing of what is asked: addresses hold ids, and links secrets."""
    import uvicorn  # noqa: PLC0415 - as above

    return uvicorn.Config(
        app,
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=5,
    )


def own_path(there: str) -> str:
    """A path of this site, for a redirect; `/` for an address of any other."""
    fits = there.startswith("/") and not there.startswith(("//", "/\\")) and there.isprintable()
    return there if fits else "/"


def _is_origin(origin: str) -> bool:
    scheme, sign, rest = origin.rstrip("/").partition("://")
    return bool(sign and rest) and scheme in ("http", "https") and not set(rest) & set("/?#@\\ ")


def _is_six(host: str) -> bool:
    try:
        return ip_address(host).version == 6  # noqa: PLR2004 - IPv6
    except ValueError:
        return False
