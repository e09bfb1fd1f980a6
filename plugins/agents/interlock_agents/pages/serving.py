"""Where the page listens, and who may reach it there."""

import socket
from collections.abc import Sequence

from interlock import RequestError
from interlock.http import is_loopback
from interlock_pages import bound as listened_at

PORT = 8791


def bound(host: str, port: int, *, approvers: Sequence[str], origin: str = "") -> socket.socket:
    """A socket that listens there; 0 is any port that is free.

    Beyond this machine, a page is reached by whoever has a token, under an origin that https protects.

    Raises:
        RequestError: the host is no address of this machine, the port is taken, or, beyond this machine,
            nobody has a token or the origin is not said.
    """
    if not is_loopback(host) and not approvers:
        raise RequestError(
            f"{host} can be reached by others, and nobody has a token; `interlock agent approver NAME` "
            "makes one.",
            key="--host",
        )
    return listened_at(host, port, origin=origin)
