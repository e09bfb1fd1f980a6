"""A fake OpenAI-compatible server on loopback, and the program run against it."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from interlock.cli.app import app


class FakeVendor(ThreadingHTTPServer):
    """Behaves as the model's name in the request says; `bodies` are the requests that came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Behaviour)
        self.bodies: list[dict[str, Any]] = []
        self.streaming = threading.Event()
        self.closed = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is part of the tests."""


class _Behaviour(BaseHTTPRequestHandler):
    server: FakeVendor

    def log_message(self, *args: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.bodies.append(body)
        model = body["model"]
        if model == "down":
            self._reply(500, {"error": {"message": "out of order"}})
        elif model == "locked":
            self._reply(401, {"error": {"message": "no such key"}})
        elif body.get("stream"):
            self._stream(model)
        else:
            finish = "length" if model == "long" else "stop"
            message = {"role": "assistant", "content": "Hello there."}
            self._reply(200, _envelope({"message": message, "finish_reason": finish}))

    def _reply(self, status: int, data: dict[str, Any]) -> None:
        raw = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _stream(self, model: str) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        for piece in ("Hello", " there."):
            self._event(_envelope({"delta": {"content": piece}, "finish_reason": None}, usage=False))
            if model == "cut":
                return
        if model in ("stuck", "endless"):
            self.server.streaming.set()
            self._go_on(model)
            return
        if model == "escape":
            self._event(_envelope({"delta": {"content": "\x1b[31m!"}, "finish_reason": None}, usage=False))
        finish = "length" if model == "long" else "stop"
        self._event(_envelope({"delta": {}, "finish_reason": finish}))
        self.wfile.write(b"data: [DONE]\n\n")

    def _go_on(self, model: str) -> None:
        """Until the client closes the connection."""
        try:
            while True:
                if model == "endless":
                    self._event(
                        _envelope({"delta": {"content": "again\n"}, "finish_reason": None}, usage=False)
                    )
                elif not self.connection.recv(1):
                    break
        except OSError:
            pass
        self.server.closed.set()

    def _event(self, data: dict[str, Any]) -> None:
        self.wfile.write(b"data: " + json.dumps(data).encode() + b"\n\n")
        self.wfile.flush()


def _envelope(choice: dict[str, Any], *, usage: bool = True) -> dict[str, Any]:
    counted = (
        {"usage": {"prompt_tokens": 1200, "completion_tokens": 3, "total_tokens": 1203}} if usage else {}
    )
    return {"id": "c1", "model": "fake-1", "choices": [{"index": 0, **choice}], **counted}


@pytest.fixture
def vendor() -> Iterator[FakeVendor]:
    with FakeVendor() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def configured(vendor: FakeVendor, tmp_path: Path) -> Callable[..., Path]:
    """Writes interlock.yaml with a deployment for each of the fake's behaviours that is named, best first."""

    def write(*behaviours: str, extra: str = "") -> Path:
        lines = ["deployments:"]
        for behaviour in behaviours:
            lines += [
                f"  - {{id: {behaviour}, model: zhipu/glm-5.2, provider: openai-compatible, region: eu,",
                f"     name: {behaviour}, base_url: '{vendor.url}', api_key: test-key}}",
            ]
        lines += [f"routes: {{conversational: [{', '.join(behaviours)}]}}", "retries: {max: 0}", extra]
        path = tmp_path / "interlock.yaml"
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return write


@pytest.fixture
def run() -> Callable[..., Result]:
    """The program inside this process, its output and errors apart."""

    def invoke(*arguments: str, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(app, list(arguments), input=stdin)

    return invoke


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """The program as a process of its own; ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def popen(*arguments: str, **options: Any) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", "from interlock.cli import main; main()", *arguments]
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        process = subprocess.Popen(command, text=True, **{**pipes, **options})
        started.append(process)
        return process

    yield popen
    for process in started:
        with process:
            process.kill()
