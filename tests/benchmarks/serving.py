"""What the endpoint needs: memory over many requests, and what a second process brings.

    uv run python tests/benchmarks/serving.py memory [--many 200000]
    uv run python tests/benchmarks/serving.py workers [--seconds 20]

`memory` asks `interlock serve` for plain answers and streams, and leaves every tenth stream in its middle.
It ends with exit code 1 where the server needs more than 90 MB, or 5 % more than after the first tenth.
`workers` has one process and then two serve the same load. Requests a second mean something on a machine with
cores to spare; processor time for each request, and how evenly processes share it, on any. The upstream is
that of echo.py.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import yaml

MOST_MEMORY = 90 * 2**20
GROWTH = 1.05
_TICKS = os.sysconf("SC_CLK_TCK")
_NEEDED = ("openai", "server", "builtins")


@dataclass
class Server:
    """`interlock serve` and its upstream."""

    port: int
    process: "subprocess.Popen[str]"

    @property
    def pids(self) -> list[int]:
        """Those that serve."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(each) for each in children] or [self.process.pid]

    def memory(self) -> int:
        """Bytes of the largest process."""
        return max(_memory(pid) for pid in self.pids)

    def seconds(self) -> list[float]:
        """Of processor time, of each process."""
        return [_seconds(pid) for pid in self.pids]


def _memory(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _seconds(pid: int) -> float:
    spent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, spent)) / _TICKS


@contextmanager
def served(workers: int, gap: float) -> Iterator[Server]:
    """A server in a folder of its own, with what the endpoint needs and no other plugin."""
    echo = [sys.executable, str(Path(__file__).with_name("echo.py")), str(gap)]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(echo, stdout=subprocess.PIPE, text=True) as up,
    ):
        assert up.stdout is not None
        port = int(up.stdout.readline())
        # Whatever else it says, nobody reads.
        draining = subprocess.Popen(["cat"], stdin=up.stdout, stdout=subprocess.DEVNULL)
        deployment = {
            "id": "a",
            "model": "test/m",
            "provider": "openai-compatible",
            "base_url": f"http://127.0.0.1:{port}/v1",
            "region": "eu",
            "api_key": "sk-of-nobody",
        }
        configuration = {"deployments": [deployment], "models": [{"id": "test/m", "context_window": 100_000}]}
        Path(folder, "interlock.yaml").write_text(yaml.safe_dump(configuration))
        command = [sys.executable, "-c", "from interlock.cli import main; main()", "serve", "--port", "0"]
        process = subprocess.Popen(
            [*command, "--workers", str(workers)],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "INTERLOCK_DISABLED_PLUGINS": ",".join(_needless())},
        )
        assert process.stdout is not None
        try:
            yield Server(int(process.stdout.readline().rpartition(":")[2]), process)
        finally:
            process.terminate()
            process.wait(60)
            up.terminate()
            draining.wait(60)


def _needless() -> list[str]:
    from importlib.metadata import entry_points

    return [each.name for each in entry_points(group="interlock") if each.name not in _NEEDED]


class Load:
    """So many connections that ask one request after another."""

    def __init__(self, port: int, connections: int) -> None:
        self._port, self._connections = port, connections
        self.done = 0
        self.failed = 0

    async def run(self, *, many: int | None = None, seconds: float = 1e9, mixed: bool = False) -> float:
        """The seconds that it took."""
        begun = time.perf_counter()
        due = begun + seconds
        await asyncio.gather(*(self._ask(many, due, mixed=mixed) for _ in range(self._connections)))
        return time.perf_counter() - begun

    async def _ask(self, many: int | None, due: float, *, mixed: bool) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        while (many is None or self.done < many) and time.perf_counter() < due:
            self.done += 1
            number = self.done
            stream = mixed and number % 2 == 0
            leaves = mixed and number % 20 == 0
            try:
                writer.write(request(number, stream=stream))
                head = await reader.readuntil(b"\r\n\r\n")
                if not head.startswith(b"HTTP/1.1 200"):
                    self.failed += 1
                if leaves:
                    raise ConnectionAbortedError
                await _body(reader, head)
            except (ConnectionError, asyncio.IncompleteReadError):
                self.failed += not leaves
                writer.transport.abort()
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def request(number: int, *, stream: bool) -> bytes:
    """Bytes of a request, each of another text."""
    body = {"model": "auto", "messages": [{"role": "user", "content": f"word{number} and what follows it"}]}
    data = json.dumps({**body, "stream": True} if stream else body).encode()
    head = (
        "POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"content-length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data


async def _body(reader: asyncio.StreamReader, head: bytes) -> None:
    _, found, length = head.lower().partition(b"content-length:")
    if found:
        await reader.readexactly(int(length.split(b"\r\n", 1)[0]))
        return
    while size := int(await reader.readuntil(b"\r\n"), 16):
        await reader.readexactly(size + 2)
    await reader.readexactly(2)


async def memory(many: int) -> int:
    """The exit code."""
    with served(1, gap=0) as server:
        load = Load(server.port, 24)
        await load.run(many=many // 10, mixed=True)
        first = server.memory()
        print(f"{load.done:>8} requests: {first / 2**20:6.1f} MB")
        for tenth in range(2, 11):
            await load.run(many=many * tenth // 10, mixed=True)
            now = server.memory()
            print(f"{load.done:>8} requests: {now / 2**20:6.1f} MB, {load.failed} failed", flush=True)
        grown = now / first
        print(f"grown by {100 * (grown - 1):.1f} %, {server.seconds()[0] / load.done * 1e6:.0f} us a request")
        return int(grown > GROWTH or now > MOST_MEMORY or load.failed > 0)


async def workers(seconds: float) -> int:
    """The exit code."""
    for count in (1, 2):
        with served(count, gap=0) as server:
            load = Load(server.port, 32)
            await load.run(seconds=3)
            before, done = server.seconds(), load.done
            took = await load.run(seconds=seconds)
            spent = [now - then for now, then in zip(server.seconds(), before, strict=True)]
            asked = load.done - done
            shares = " + ".join(f"{100 * one / sum(spent):.0f} %" for one in spent)
            each = sum(spent) / asked * 1e6
            print(f"{count} processes: {asked / took:7.0f} requests/s, {each:.0f} us each, {shares}")
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("memory", "workers"))
    parser.add_argument("--many", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=20)
    asked_for = parser.parse_args()
    sys.exit(
        asyncio.run(memory(asked_for.many) if asked_for.what == "memory" else workers(asked_for.seconds))
    )
