"""A service without a router, for what is true of running any: it answers at once, slowly, or in pieces.

As a program it is a worker: it is handed its settings by a supervisor.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from interlock import ConfigError
from interlock.types.files import Stamp, noted_reads, read_regular
from interlock_server.operation.lines import Lines
from interlock_server.operation.process import Process
from interlock_server.operation.service import App, Receive, Scope, Send
from interlock_server.operation.working import handed, on_a_loop, work


class Toy:
    """Says what its file says. `/slow?0.5` waits so long, `/pieces?5` sends one each tenth of a second,
    `/pid` names its process, `/kill` ends it, `/heard` says which headers and which body came.
    """

    def __init__(self, file: Path, grace: float = 5.0) -> None:
        self.file, self.grace = file, grace
        self.says = self._read()
        self.draining = self.closed = False
        self.broken_off = 0

    @property
    def app(self) -> App:
        return self._answer

    def files(self) -> Mapping[Path, Stamp | None]:
        return self._files

    async def start(self) -> None:
        """Nothing goes on beside it."""

    async def reload(self) -> None:
        self.says = self._read()

    def drain(self) -> None:
        self.draining = True

    async def aclose(self) -> None:
        self.closed = True

    def _read(self) -> str:
        with noted_reads() as self._files:
            text = read_regular(self.file, 1_000).decode()
        if "bad" in text:
            raise ConfigError("this is bad.", source=str(self.file), line=1)
        return text

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, amount = scope["path"], scope["query_string"].decode()
        try:
            if path == "/kill":
                os.kill(os.getpid(), 9)
            if path == "/slow":
                await asyncio.sleep(float(amount))
            text = str(os.getpid()) if path == "/pid" else self.says
            if path == "/heard":
                text = await _heard(scope, receive)
            await send({"type": "http.response.start", "status": 200, "headers": []})
            for _ in range(int(amount) if path == "/pieces" else 0):
                await send({"type": "http.response.body", "body": b"piece ", "more_body": True})
                await asyncio.sleep(0.1)
            await send({"type": "http.response.body", "body": text.encode()})
        except asyncio.CancelledError:
            self.broken_off += 1
            raise


async def _heard(scope: Scope, receive: Receive) -> str:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    names = sorted(name.decode() for name, _ in scope["headers"])
    return f"{','.join(names)} {body.decode()}"


class Client:
    """One connection over HTTP/1.1, without a library that would try again. `close_all` ends every one."""

    _all: ClassVar[list["Client"]] = []

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, address: tuple[str, int]) -> "Client":
        client = cls(*await asyncio.open_connection(*address[:2]))
        cls._all.append(client)
        return client

    @classmethod
    def close_all(cls) -> None:
        for each in cls._all:
            each.close()
        cls._all.clear()

    async def get(self, path: str) -> str:
        await self.ask(path)
        return await self.answer()

    async def ask(self, path: str, headers: str = "") -> None:
        self._writer.write(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{headers}\r\n".encode())
        await self._writer.drain()

    async def head(self) -> bytes:
        return await self._reader.readuntil(b"\r\n\r\n")

    async def answer(self) -> str:
        """The body; IncompleteReadError where it does not come to its end."""
        await self.head()
        body = b""
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            body += await self._reader.readexactly(size)
            await self._reader.readexactly(2)
        await self._reader.readexactly(2)
        return body.decode()

    async def closed(self) -> bool:
        """Whether the other side closes it, or has."""
        return await self._reader.read(1) == b""

    def close(self) -> None:
        self._writer.close()


async def asked(address: tuple[str, int], path: str) -> str:
    client = await Client.to(address)
    try:
        return await client.get(path)
    finally:
        client.close()


async def until(holds: Any, seconds: float = 20.0) -> None:
    """Wait until it holds; it may be awaited each time."""
    due = time.monotonic() + seconds
    while True:
        found = holds()
        if await found if asyncio.iscoroutine(found) else found:
            return
        assert time.monotonic() < due, "it does not come to hold"
        await asyncio.sleep(0.02)


def main() -> None:
    settings = handed()
    file = Path(settings["file"])
    lines = Lines(os.open(file.with_name("lines"), os.O_CREAT | os.O_APPEND | os.O_WRONLY))
    try:
        toy = Toy(file)
    except ConfigError as error:
        print(json.dumps({"event": "wrong", "why": str(error)}), file=sys.stderr)
        sys.exit(2)
    on_a_loop(lambda: work(Process(toy, lines), settings))
    lines.close()


if __name__ == "__main__":
    main()
