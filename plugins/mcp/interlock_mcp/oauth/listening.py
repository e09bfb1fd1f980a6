"""A port of this machine to which a browser comes back (RFC 8252, 7.3)."""

import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from time import monotonic
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

_HERE = "127.0.0.1"
_PATH = "/callback"
_PATIENCE = 5.0
_LONGEST = 16_000
_MOST = 50
_PAGE = "<!doctype html><meta charset=utf-8><title>Interlock</title><p>{}</p>"
_DONE = "Interlock has heard. This window may be closed."
_NO = "That is nothing that Interlock is waiting for."


def _query(target: str) -> Mapping[str, str] | None:
    """What a browser brings back; None where it is none of that. Nothing may stand there twice."""
    try:
        parts = urlsplit(target[:_LONGEST])
        pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=_MOST)
    except ValueError:
        return None
    query = dict(pairs)
    whole = parts.path == _PATH and len(query) == len(pairs)
    return query if whole and query.keys() & {"code", "error"} else None


class Listener:
    """Listens on 127.0.0.1 while it is entered. `port` 0 is any that is free."""

    def __init__(self, port: int = 0) -> None:
        self._answers: SimpleQueue[Mapping[str, str]] = SimpleQueue()
        answers = self._answers

        class Handler(BaseHTTPRequestHandler):
            timeout = _PATIENCE
            server_version, sys_version = "Interlock", ""

            def do_GET(self) -> None:
                query = _query(self.path)
                if query is not None:
                    answers.put(query)
                page = _PAGE.format(_NO if query is None else _DONE).encode()
                self.send_response(404 if query is None else 200)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.send_header("content-length", str(len(page)))
                self.send_header("referrer-policy", "no-referrer")
                self.send_header("cache-control", "no-store")
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, *_: Any) -> None:
                """Codes stand in what would be logged."""

        self._server = ThreadingHTTPServer((_HERE, port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def address(self) -> str:
        """Where the browser is to come back to."""
        return f"http://{_HERE}:{self._server.server_address[1]}{_PATH}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(_PATIENCE)

    def answer(self, until: float) -> Mapping[str, str] | None:
        """What the next browser brought back; None where nobody came `until` then, on the monotonic clock."""
        try:
            return self._answers.get(timeout=max(0.0, until - monotonic()))
        except Empty:
            return None
