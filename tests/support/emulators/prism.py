"""Stoplight's Prism: it holds requests against an OpenAPI document, and answers what that declares."""

import json
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from emulators.node import PACKAGES, node_command, skip_without

SCRIPT = Path(__file__).with_name("prism.cjs")
PACKAGE = "@stoplight/prism-http-server"


class Unservable(AssertionError):
    """It does not serve a document, or makes up no arguments. Says why."""


class Prism:
    """One process, which serves one document at a time."""

    def __init__(self, packages: Path, *, seconds: float = 60) -> None:
        """`packages` is the folder that holds it, `seconds` what a question to it may take."""
        self._process = subprocess.Popen(
            node_command(SCRIPT, f"{packages}/"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._seconds = seconds

    def serve(self, document: Path) -> str:
        """The address at which it serves the document's paths, without those of servers."""
        return f"http://127.0.0.1:{self._asked(document=str(document))['port']}"

    def fill(self, method: str, path: str, *, media: str = "", whole: bool = True) -> Mapping[str, Any]:
        """Values of an operation's `parameters`, by place and name, and of its `body`; where it need not be
        whole, of those that are required.
        """
        return self._asked(method=method, path=path, media=media, all=whole)

    def close(self) -> None:
        """It ends with its standard input."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):  # it has ended by itself
            self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def _asked(self, **asked: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        late = threading.Timer(self._seconds, self._process.kill)
        late.start()
        try:
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            late.cancel()
        said: dict[str, Any] = json.loads(line) if line else {"error": "it has ended, or took too long"}
        if "error" in said:
            raise Unservable(said["error"])
        return said


@contextmanager
def prism() -> Iterator[Prism]:
    """One that is there for the tests."""
    skip_without(PACKAGE)
    there = Prism(PACKAGES)
    try:
        yield there
    finally:
        there.close()
