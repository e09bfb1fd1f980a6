"""One program that serves HTTP on this machine, from its start until it is done with."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO

LIFELINE = Path(__file__).with_name("lifeline.py")
SECONDS = 30.0
TRIES = 5


class Refused(AssertionError):
    """It ended, or did not answer in time. Says what it printed."""


@dataclass(frozen=True, kw_only=True)
class Emulator:
    """A program that serves.

    Attributes:
        url: its root on 127.0.0.1, without a slash at the end.
        pid: of the process that ends it: whose standard input is a pipe from this process.
    """

    port: int
    pid: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def running(
    command: Callable[[int], Sequence[str]],
    *,
    ready: str = "/",
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Iterator[Emulator]:
    """Start what `command` says for a port, and end it at the end of the block.

    It is ready when `ready`, a path, is answered with whatever status below 500. A port that somebody else
    took in the meantime is given up for another.

    Raises:
        Refused: it does not serve.
    """
    with tempfile.TemporaryDirectory(prefix="interlock-emulator-") as folder:
        for left in reversed(range(TRIES)):
            port = _free_port()
            with (Path(folder) / "log").open("w+", encoding="utf-8", errors="replace") as log:
                process = subprocess.Popen(
                    [sys.executable, "-I", "-S", str(LIFELINE), *command(port)],
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    cwd=cwd or folder,
                    env=_environment() | dict(env or {}),
                )
                try:
                    if not _answers(process, port, ready, log, last=not left):
                        continue
                    yield Emulator(port=port, pid=process.pid)
                    return
                finally:
                    _end(process)


def _environment() -> dict[str, str]:
    """What a program needs, and nothing of what a machine has set for other ends, keys above all."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "SYSTEMROOT") if name in os.environ}


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _answers(process: "subprocess.Popen[bytes]", port: int, path: str, log: IO[str], *, last: bool) -> bool:
    due = time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < due:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path)
            if connection.getresponse().status < 500:
                return True
        except (OSError, HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.05)
    log.seek(0)
    said = log.read()
    if not last and process.poll() is not None and "EADDRINUSE" in said.upper().replace(" ", ""):
        return False
    raise Refused(f"it does not serve: {said[-2000:]}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Closing its standard input is what ends it; it waits for the program."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
