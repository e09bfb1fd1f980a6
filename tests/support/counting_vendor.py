"""A vendor on loopback that sees how many requests are there at once, and when each of them came."""

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

_ANSWER = {
    "id": "1",
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "ok"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 5, "completion_tokens": 5, "total_tokens": 10},
}


class CountingVendor:
    """Speaks chat completions. What is asked at `/NAME/v1` counts for NAME.

    Attributes:
        seconds: how long an answer takes.
        limited: by name, the Retry-After of the 429 that the next request is answered with.
        now: how many are there, by name, and `most`, how many there were at most.
        came: when each came, by name, in seconds of the monotonic clock.
    """

    def __init__(self) -> None:
        self.seconds = 0.02
        self.limited: dict[str, int] = {}
        self.now: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.came: dict[str, list[float]] = {}
        self.port = 0

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port}/{name}/v1"

    def forget(self) -> None:
        self.most.clear()
        self.came.clear()

    def times(self, name: str) -> list[float]:
        return self.came.get(name, [])

    def busiest(self, name: str, seconds: float) -> int:
        """How many came within so many seconds of each other, at most."""
        came = sorted(self.times(name))
        return max((sum(start <= each < start + seconds for each in came) for start in came), default=0)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError), closing(writer):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = next(
                    int(line.split(":")[1])
                    for line in head.split("\r\n")
                    if line.lower().startswith("content-length:")
                )
                await reader.readexactly(length)
                await self._answer(head.split("/")[1], reader, writer)

    async def _answer(self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.came.setdefault(name, []).append(time.monotonic())
        self.now[name] += 1
        self.most[name] = max(self.most[name], self.now[name])
        try:
            status, more, body = "200 OK", "", _ANSWER
            if name in self.limited:
                after = self.limited.pop(name)
                status, more = "429 Too Many Requests", f"retry-after: {after}\r\n"
                body = {"error": {"message": "slow down", "type": "rate_limit_error"}}
            else:
                await self._wait(reader)
            raw = json.dumps(body).encode()
        finally:
            self.now[name] -= 1
        head = (
            f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{more}content-length: {len(raw)}\r\n\r\n"
        )
        writer.write(head.encode() + raw)
        await writer.drain()

    async def _wait(self, reader: asyncio.StreamReader) -> None:
        """As long as an answer takes, or until whoever asked is gone."""
        due = time.monotonic() + self.seconds
        while (left := due - time.monotonic()) > 0:
            if reader.at_eof():
                raise ConnectionResetError
            await asyncio.sleep(min(left, 0.02))


@contextmanager
def counting_vendor() -> Iterator[CountingVendor]:
    """One that serves in a thread of its own."""
    vendor, begun = CountingVendor(), threading.Event()
    ending: list[Callable[[], object]] = []

    async def main() -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        ending.append(lambda: loop.call_soon_threadsafe(over.set))
        server = await asyncio.start_server(vendor.serve, "127.0.0.1", 0, backlog=500)
        vendor.port = server.sockets[0].getsockname()[1]
        begun.set()
        await over.wait()
        server.close()

    thread = threading.Thread(target=asyncio.run, args=(main(),))
    thread.start()
    begun.wait(10)
    try:
        yield vendor
    finally:
        ending[0]()
        thread.join(10)
