"""A real receiver of OTLP over HTTP, in a process of its own, and what it made of what it was sent."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

_PATIENCE = 20.0


class Receiver:
    """A span is a mapping: id, parent_span_id, trace_id, and its attributes under `metadata`."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}"
        self.endpoint = f"{self._url}/v1/traces"

    def provider(self) -> TracerProvider:
        """An SDK that sends here; flush it before reading."""
        provider = TracerProvider()
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(self.endpoint)))
        return provider

    def spans(self, count: int) -> list[dict[str, Any]]:
        """All spans by their start, once there are `count`; it writes them down in batches."""
        end = time.monotonic() + _PATIENCE
        while True:
            sessions = self._get("/api/sessions")
            rows = [row for each in sessions for row in self._get(f"/api/sessions/{each['id']}/spans")]
            found = [row for row in rows if "metadata" in row]  # the others are events of spans
            if len(found) >= count or time.monotonic() > end:
                return sorted(found, key=lambda span: span["start_time"])
            time.sleep(0.05)

    def tree(self, count: int) -> list[str]:
        """What each span did, indented under its parent; roots without indent, failures marked."""
        spans = self.spans(count)
        lines: list[str] = []

        def add(span: dict[str, Any], depth: int) -> None:
            lines.append("  " * depth + _words(span["metadata"]))
            for other in spans:
                if other.get("parent_span_id") == span["id"]:
                    add(other, depth + 1)

        ids = {span["id"] for span in spans}
        for span in spans:
            if span.get("parent_span_id") not in ids:
                add(span, 0)
        return lines

    def ready(self) -> bool:
        try:
            self._get("/api/sessions")
        except OSError:
            return False
        return True

    def _get(self, path: str) -> Any:
        with urllib.request.urlopen(self._url + path, timeout=_PATIENCE) as reply:
            return json.load(reply)


def _words(facts: dict[str, Any]) -> str:
    operation = facts.get("gen_ai.operation.name", facts.get("openinference.span.kind", "span"))
    names = (facts.get(name) for name in ("interlock.deployment", "gen_ai.tool.name", "tool.name"))
    what = " ".join((str(operation), *(str(name) for name in names if name)))
    return f"{what} FAILED {facts['error.type']}" if "error.type" in facts else what


@contextmanager
def receiver(folder: Path) -> Iterator[Receiver]:
    """It keeps what it gets in `folder`, and ends with the block."""
    program = shutil.which("tv", path=str(Path(sys.executable).parent))
    assert program, "trace-view is in the development group"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {**os.environ, "TV_PORT": str(port), "TV_DB_PATH": str(folder / "traces.db")}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([program, "serve"], env=environ, cwd=folder, **quiet) as process:
        try:
            found = Receiver(port)
            end = time.monotonic() + _PATIENCE
            while not found.ready():
                assert process.poll() is None, "the receiver did not start"
                assert time.monotonic() < end, "the receiver does not answer"
                time.sleep(0.02)
            yield found
        finally:
            process.terminate()
