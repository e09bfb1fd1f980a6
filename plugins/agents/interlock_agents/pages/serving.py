"""Serving the page on this machine, or where somebody puts it on purpose."""

import socket
from collections.abc import Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING

from interlock import RequestError
from interlock.http import is_loopback

if TYPE_CHECKING:
    import uvicorn
    from starlette.applications import Starlette

PORT = 8791


def bound(host: str, port: int, *, approvers: Sequence[str], origin: str = "") -> socket.socket:
    """A socket that listens there; 0 is any port that is free.

    Beyond this machine, a page is reached by whoever has a token, under an origin that https protects.

    Raises:
        RequestError: the host is no address of this machine, the port is taken, or, beyond this machine,
            nobody has a token or the origin is not said.
    """
    if not is_loopback(host):
        if not approvers:
            raise RequestError(
                f"{host} can be reached by others, and nobody has a token; `interlock agent approver NAME` "
                "makes one.",
                key="--host",
            )
        if not origin.startswith("https://"):
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
    """Under which names the page is reached; the first is for links."""
    if origin:
        return [origin.rstrip("/").lower()]
    port = listening.getsockname()[1]
    shown = f"[{host}]" if _is_six(host) else host.lower()
    return list(dict.fromkeys([f"http://{shown}:{port}", f"http://localhost:{port}"]))


def serve(app: "Starlette", listening: socket.socket) -> None:
    """Until somebody interrupts it."""
    import uvicorn  # noqa: PLC0415 - of an extra, and slow to import

    uvicorn.Server(configured(app)).run(sockets=[listening])


def configured(app: "Starlette") -> "uvicorn.Config":
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


def _is_six(host: str) -> bool:
    try:
        return ip_address(host).version == 6  # noqa: PLR2004 - IPv6
    except ValueError:
        return False
