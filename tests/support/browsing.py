"""Pages, really served on this machine, and a browser that does what it is told."""

import http.client
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urlencode, urlsplit

import uvicorn

from interlock_pages import configured

_FORM = re.compile(r'<form[^>]* action="([^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Browser:
    """Keeps its cookie, follows no redirect by itself, and fills in forms of the last page that it saw."""

    origin: str
    cookies: dict[str, str] = field(default_factory=dict)
    text: str = ""

    def get(self, path: str, **headers: str) -> Reply:
        return self._send("GET", path, None, headers)

    def post(self, path: str, fields: dict[str, str] | bytes, **headers: str) -> Reply:
        body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
        said = {"Origin": self.origin, "Content-Type": "application/x-www-form-urlencoded"} | headers
        return self._send("POST", path, body, {name: value for name, value in said.items() if value})

    def form(self, action: str) -> dict[str, str]:
        """What the form for that address on the last page brings along by itself."""
        found = {unescape(there): inner for there, inner in _FORM.findall(self.text)}
        return {name: unescape(value) for name, value in _HIDDEN.findall(found[action])}

    def submit(self, action: str, **fields: str) -> Reply:
        return self.post(action, self.form(action) | fields)

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Reply:
        parts = urlsplit(self.origin)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection.request(method, path, body, ({"Cookie": cookie} if cookie else {}) | headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if set_to := answer.headers.get("set-cookie"):
            name, _, value = set_to.partition(";")[0].partition("=")
            self.cookies[name] = value
        self.text = text
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, text)


@contextmanager
def running(app: Any, listening: socket.socket) -> Iterator[None]:
    """The application behind that socket, until the block ends."""
    server = uvicorn.Server(configured(app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        end = time.monotonic() + 20
        while not server.started:
            assert time.monotonic() < end
            time.sleep(0.005)
        yield
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()
