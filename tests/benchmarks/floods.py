"""What a server that sends far too much does to its caller: `uv run python tests/benchmarks/floods.py`.

Each flood comes from a process of its own and is read in one of its own; names of floods narrow the run.
Prints how the call ended and after how long, the longest time for which the loop had no turn, how much of
its own processor time the loop's thread spent in the longest of such times, the longest garbage collection,
which any thread makes all others wait for, and the peak of resident memory; beside plain bodies, what httpx
and `json.loads` take for the same bytes.

The first row is the machine's own: a loop with nothing to do beside a thread that is always at work. What a
loop stands still beyond its own time is the system's, or a thread's that holds the interpreter.
"""

import asyncio
import contextlib
import gc
import gzip
import json
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Self

import httpx

from interlock import InterlockError, Router
from interlock.assembly import assemble

SECONDS = 5
PLAIN = b'{"choices":[{"index":0,"finish_reason":"stop","message":{"content":%s}}]}'
ESCAPES = json.dumps('\n"\t\\' * 400_000).encode()
LISTS = b"[" + b",".join([b'["\\n\\t",1]'] * 160_000) + b"]"


def _delta(**said: object) -> bytes:
    return b"data: %s\n\n" % json.dumps({"choices": [{"index": 0, "delta": said}]}).encode()


CALL = {"index": 0, "id": "c", "function": {"name": "f", "arguments": "a" * 60}}
# What is sent again and again until nobody reads it any more, and whether it is compressed.
STREAMS = {
    "comments, compressed": (b": keepalive\n\n", True),
    "line feeds": (b"\n", False),
    "line feeds, compressed": (b"\n", True),
    "empty events": (b"data:\n\n", False),
    "text": (_delta(content="word " * 12), False),
    "reasoning": (_delta(reasoning_content="word " * 12), False),
    "arguments of a tool": (_delta(tool_calls=[CALL]), False),
    "one event": (b"x" * 1_000, False),
}
ERROR = b'{"error":{"message":"%s"}}' % (b"x" * 60_000_000)
ARGUMENTS = json.dumps({"a": "x" * 30_000_000})
CALLS = [{"id": "c", "type": "function", "function": {"name": "f", "arguments": ARGUMENTS}}]
CALLED = {"choices": [{"index": 0, "finish_reason": "tool_calls", "message": {"tool_calls": CALLS}}]}
BODIES = {
    "60 MB of error": (500, ERROR, False),
    "60 MB of error, gzip": (500, ERROR, True),
    "30 MB of text": (200, PLAIN % (b'"%s"' % (b"word " * 6_000_000)), False),
    "30 MB of arguments": (200, json.dumps(CALLED).encode(), False),
    "30 MB of {},": (200, b'{"x":[' + b"{}," * 10_000_000 + b"{}]}", False),
    "1.6 million escapes": (200, PLAIN % ESCAPES, False),
    "160,000 lists": (200, PLAIN[:-1] % b'"x"' + b',"x":' + LISTS + b"}", False),
}


class Flood(asyncio.Protocol):
    def __init__(self, name: str) -> None:
        self.name = name
        self.writable = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.sent, self.asked = transport, False, b""
        transport.set_write_buffer_limits(high=1_000_000)
        self.writable.set()

    def data_received(self, data: bytes) -> None:
        self.asked += data
        if not self.sent and b"\r\n\r\n" in self.asked:
            self.sent = True
            self.task = asyncio.get_running_loop().create_task(self.pour())

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.writable.set()

    async def pour(self) -> None:
        for piece in self.pieces():
            await self.writable.wait()
            if self.transport.is_closing():
                return
            self.transport.write(piece)

    def pieces(self) -> Iterator[bytes]:
        packed = b"content-encoding: gzip\r\n"
        if self.name in BODIES:
            status, body, compressed = BODIES[self.name]
            body = gzip.compress(body, 1) if compressed else body
            head = b"HTTP/1.1 %d X\r\ncontent-type: application/json\r\n%scontent-length: %d\r\n\r\n"
            yield head % (status, packed if compressed else b"", len(body))
            yield from (body[at : at + 262_144] for at in range(0, len(body), 262_144))
            return
        piece, compressed = STREAMS[self.name]
        piece *= 262_144 // len(piece)
        yield b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n%sconnection: close\r\n\r\n" % (
            packed if compressed else b""
        )
        if self.name == "one event":
            yield b"data: "
        piece = gzip.compress(piece) if compressed else piece
        while True:
            yield piece


async def serve(name: str) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Flood(name), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class Stall:
    """Milliseconds: the longest time for which a task that only yields had no turn, the most processor time
    that the loop's thread spent between two of its turns, and the longest garbage collection.
    """

    async def __aenter__(self) -> Self:
        self.longest = self.spent = self.collecting = 0.0
        self._began = 0.0
        gc.callbacks.append(self._collected)
        self._task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *error: object) -> None:
        self._task.cancel()
        gc.callbacks.remove(self._collected)

    async def _watch(self) -> None:
        while True:
            before, spent = time.perf_counter(), time.thread_time()
            await asyncio.sleep(0.001)
            self.longest = max(self.longest, (time.perf_counter() - before) * 1e3 - 1)
            self.spent = max(self.spent, (time.thread_time() - spent) * 1e3)

    def _collected(self, phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            self._began = time.perf_counter()
        else:
            self.collecting = max(self.collecting, (time.perf_counter() - self._began) * 1e3)

    def __str__(self) -> str:
        return f"{self.longest:.0f} ms | {self.spent:.0f} ms | {self.collecting:.0f} ms"


async def idle() -> None:
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            sum(range(1_000))

    thread = threading.Thread(target=work)
    thread.start()
    async with Stall() as stall:
        await asyncio.sleep(2)
    over.set()
    thread.join()
    print(f"| none | 2.0 s | - | {stall} | - | - |", flush=True)


async def ask(name: str, port: int) -> None:
    root = f"http://127.0.0.1:{port}/v1"
    deployment = {"id": "a", "model": "openai/gpt-5.5", "provider": "openai", "region": "us"}
    deployment |= {"base_url": root, "api_key": "benchmark"}
    found = {"deployments": [deployment], "timeouts": {"total": SECONDS}, "retries": {"max": 0}}
    async with Router(assemble(found, environ={})) as router:
        router.decide("hello")
        await asyncio.to_thread(__import__, "interlock.http.transport")
        began = time.perf_counter()
        async with Stall() as stall:
            try:
                if name in BODIES:
                    await router.complete("hello")
                else:
                    async for _ in router.stream("hello"):
                        pass
                end = "answered"
            except InterlockError as error:
                end = type(error).__name__
        took = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    row = f"| {name} | {took:.1f} s | {end} | {stall} | {peak:.0f} MB |"
    print(row, await peer(name, root), "|", flush=True)


async def peer(name: str, root: str) -> str:
    if name not in BODIES:
        return "-"
    began = time.perf_counter()
    async with httpx.AsyncClient(timeout=60) as http, Stall() as stall:
        reply = await http.post(root, json={})
        with contextlib.suppress(ValueError):
            json.loads(reply.content)
        await asyncio.sleep(0.01)
    return f"{time.perf_counter() - began:.1f} s, {stall.longest:.0f} ms"


def main() -> None:
    if sys.argv[1:2] in (["serve"], ["ask"]):
        asyncio.run(serve(sys.argv[2]) if sys.argv[1] == "serve" else ask(sys.argv[2], int(sys.argv[3])))
        return
    print("| flood | ended after | as | loop stood | of its own | collecting | peak | httpx and json.loads |")
    print("| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |", flush=True)
    asyncio.run(idle())
    for name in sys.argv[1:] or (*STREAMS, *BODIES):
        with subprocess.Popen(
            [sys.executable, __file__, "serve", name], stdout=subprocess.PIPE, text=True
        ) as upstream:
            try:
                assert upstream.stdout is not None
                port = upstream.stdout.readline().strip()
                subprocess.run([sys.executable, __file__, "ask", name, port], check=True)
            finally:
                upstream.kill()


if __name__ == "__main__":
    main()
