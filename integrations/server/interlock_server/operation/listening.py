"""The socket that every process of the server takes connections from."""

import socket
from ipaddress import ip_address

from interlock import RequestError

_WAITING = 2_048  # connections that nobody has taken yet


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 is any that is free.

    Raises:
        RequestError: the host is no address of this machine, or the port is taken.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, *_, address = found[0]
        return socket.create_server(address[:2], family=family, backlog=_WAITING)
    except OSError as error:
        key = "--host" if isinstance(error, socket.gaierror) else "--port"
        raise RequestError(f"{host}:{port} cannot be listened at: {error.strerror}.", key=key) from None
    except (OverflowError, UnicodeError):
        raise RequestError(f"{host}:{port} is no address.", key="--host") from None


def address_of(listening: socket.socket) -> str:
    """The URL under which this machine reaches it."""
    host, port = listening.getsockname()[:2]
    if ip_address(host).is_unspecified:
        host = "::1" if ":" in host else "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
