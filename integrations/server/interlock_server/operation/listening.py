"""The socket that every process of the server takes connections from."""

import socket
import sys
from ipaddress import ip_address

from interlock import RequestError

_WAITING = 2_048  # connections that nobody has taken yet


def listen(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A socket that listens there; port 0 is any that is free. Several that are `shared` have one port, whose
    connections the system deals out among them.

    Raises:
        RequestError: the host is no address of this machine, or the port is taken.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, *_, address = found[0]
        return socket.create_server(address[:2], family=family, backlog=_WAITING, reuse_port=shared)
    except OSError as error:
        key = "--host" if isinstance(error, socket.gaierror) else "--port"
        raise RequestError(f"{host}:{port} cannot be listened at: {error.strerror}.", key=key) from None
    except (OverflowError, UnicodeError):
        raise RequestError(f"{host}:{port} is no address.", key="--host") from None


class Places:
    """The sockets of several processes that serve one port: one for each, where the system deals connections
    out among them, else the same one for all.

    Processes that take from one socket take unevenly: whichever wakes first takes all that wait.
    """

    def __init__(self, host: str, port: int, count: int) -> None:
        """Raises RequestError, as `listen` does."""
        self._deals = sys.platform == "linux"
        first = listen(host, port)
        self._host, self._port = host, int(first.getsockname()[1])
        self._sockets = [first]
        if self._deals:
            # Nobody else was there. Those who share a port from here on could be anybody's otherwise.
            first.close()
            self._sockets = [listen(host, self._port, shared=True) for _ in range(count)]

    @property
    def url(self) -> str:
        """Under which this machine reaches them."""
        return address_of(self._sockets[0])

    def at(self, place: int) -> socket.socket:
        """The socket of the process at that place, opened anew where it was left."""
        if not self._deals:
            return self._sockets[0]
        if self._sockets[place].fileno() < 0:
            self._sockets[place] = listen(self._host, self._port, shared=True)
        return self._sockets[place]

    def leave(self, place: int) -> None:
        """Deal no connections to a process that does not begin."""
        if self._deals:
            self._sockets[place].close()

    def close(self) -> None:
        """Take no more connections."""
        for each in self._sockets:
            each.close()


def address_of(listening: socket.socket) -> str:
    """The URL under which this machine reaches it."""
    host, port = listening.getsockname()[:2]
    if ip_address(host).is_unspecified:
        host = "::1" if ":" in host else "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
