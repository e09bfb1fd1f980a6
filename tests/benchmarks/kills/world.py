"""A world that counts effects: an HTTP server on loopback, in a process of its own that nobody kills.

    python world.py        prints its port, and serves until its standard input ends

Three APIs: `keyed` honours Idempotency-Key, `readable` takes no key and lists effects by their reference,
`blind` does neither. A path holds how it behaves:

    POST /<api>/<late>/<lag>/effects             has an effect
    GET  /<api>/<late>/<lag>/effects?reference=  effects that are older than `lag` ms
    GET  /count/<run>                            every effect of a run, for the judge

An effect has a title, which is its run's with a hyphen and a number, and may have a reference.

A request outlives its client. One with `x-dies-at: received`, `committed` or `replied` has its client, whose
pid is in `x-pid`, killed at that point of its being served, and goes on once the client is dead. Where it was
received and no more, its effect comes `late` ms later.
"""

import asyncio
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

APIS = ("keyed", "readable", "blind")
PHRASES = {200: "OK", 201: "Created", 404: "Not Found", 409: "Conflict"}

Answer = tuple[int, Any]


class Asked(NamedTuple):
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class Served:
    """What has happened, by run and by reference."""

    def __init__(self) -> None:
        self.effects: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.by_reference: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.by_key: dict[str, int | None] = {}  # None while the first request is under way

    async def answer(self, asked: Asked) -> Answer:
        there = urlsplit(asked.target)
        parts = there.path.strip("/").split("/")
        if parts[0] == "count":
            return 200, self.effects[parts[1]]
        api, late, lag, _ = parts
        if asked.method == "POST":
            return await self.act(asked, api, int(late) / 1000)
        if api != "readable":
            return 404, {"error": "effects of this API cannot be listed"}
        wanted = parse_qs(there.query)["reference"][0]
        seen = time.monotonic() - int(lag) / 1000
        return 200, {"effects": [each for each in self.by_reference[wanted] if each["at"] <= seen]}

    async def act(self, asked: Asked, api: str, late: float) -> Answer:
        died = dies(asked, "received")
        key = asked.headers.get("idempotency-key") if api == "keyed" else None
        if key is not None and key in self.by_key:
            made = self.by_key[key]
            return (409, {"error": "the first request is under way"}) if made is None else (200, {"id": made})
        if key is not None:
            self.by_key[key] = None
        if died:
            await asyncio.sleep(late)
        told = json.loads(asked.body)
        effect = {"title": told["title"], "reference": told.get("reference"), "at": time.monotonic()}
        run = self.effects[told["title"].rpartition("-")[0]]
        run.append(effect)
        self.by_reference[told.get("reference", "")].append(effect)
        made = len(run)
        if key is not None:
            self.by_key[key] = made
        dies(asked, "committed")
        return 201, {"id": made}


def dies(asked: Asked, point: str) -> bool:
    """Kill the client if it is to die here, and say so. What follows finds it dead."""
    if asked.headers.get("x-dies-at") != point:
        return False
    pid = int(asked.headers["x-pid"])
    # Where it was reaped already, there is no such process, and no such file.
    with suppress(ProcessLookupError, FileNotFoundError):
        os.kill(pid, signal.SIGKILL)
        while b") Z" not in Path(f"/proc/{pid}/stat").read_bytes():
            time.sleep(0)
    return True


async def read(reader: asyncio.StreamReader) -> Asked | None:
    """The next request of a connection; None at its end."""
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])
        }
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return Asked(method, target, headers, body)
    return None


async def serve(served: Served, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while (asked := await read(reader)) is not None:
            status, told = await served.answer(asked)
            body = json.dumps(told).encode()
            head = f"HTTP/1.1 {status} {PHRASES[status]}\r\ncontent-type: application/json\r\n"
            writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
            dies(asked, "replied")
    writer.close()


async def main() -> None:
    served = Served()
    server = await asyncio.start_server(lambda *streams: serve(served, *streams), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    os._exit(0)  # whoever is still being served is dead


class World:
    """The server, as whoever started it sees it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def close(self) -> None:
        self._connection.close()

    def url(self, api: str, *, late: float = 0.0, lag: float = 0.0) -> str:
        """Where effects are had and listed. `late` and `lag` are in seconds."""
        return f"http://127.0.0.1:{self.port}/{api}/{late * 1000:.0f}/{lag * 1000:.0f}"

    def effects(self, run: str) -> list[str]:
        """The title of each effect that has happened."""
        self._connection.request("GET", f"/count/{run}")
        return [each["title"] for each in json.load(self._connection.getresponse())]


@contextmanager
def world() -> Iterator[World]:
    command = [sys.executable, "-S", str(Path(__file__))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            with closing(World(int(process.stdout.readline()))) as served:
                yield served
        finally:
            process.stdin.close()
            process.wait(10)


if __name__ == "__main__":
    asyncio.run(main())
