"""A way to a server that can be cut, be blocked without a word, and be there again."""

import socket
import threading
from contextlib import suppress
from typing import Self


class Relay:
    """Passes bytes on between whoever connects to `port` and a server on this machine."""

    def __init__(self, server: int, *, open_now: bool = True) -> None:
        self._server = server
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._listener: socket.socket | None = None
        self._ends: list[socket.socket] = []
        self._passes = threading.Event()
        if open_now:
            self.restore()

    def restore(self) -> None:
        """Let whoever connects through, and whoever is blocked go on."""
        self._passes.set()
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self.port))
            threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def block(self) -> None:
        """Take bytes, and pass none on: a network that has lost the way."""
        self._passes.clear()

    def cut(self) -> None:
        """Refuse connections, and end those that there are: a server that was stopped."""
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        ends, self._ends = self._ends, []
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._passes.set()
        self.cut()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", self._server))
                self._ends += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while piece := one.recv(65536):
                self._passes.wait()
                other.sendall(piece)
            other.shutdown(socket.SHUT_WR)
