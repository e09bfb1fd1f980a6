"""What a call and a streamed event cost over each way of sending.

Run by `uv run python tests/benchmarks/transport.py`. One canned upstream in a process of its own; CPU is this
process's, wall includes the upstream. Each figure is the median of the rounds, in microseconds; the ways take
turns within a round, so that a busy machine slows all alike.
"""

import argparse
import asyncio
import gc
import json
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from interlock.http import EventParser, HttpClient, HttpRequest, Permit, origin_of
from interlock.types.models import Deployment, ModelCard

EVENTS = 500
TEXT = "The quick brown fox jumps over the lazy dog. " * 12
BODY = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": "gpt-5.5",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 40, "completion_tokens": 120, "total_tokens": 160},
    }
).encode()
EVENT = (
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[{"delta":{"content":" fox"}}]}\n\n'
)
HEAD = b"HTTP/1.1 200 OK\r\nx-request-id: r1\r\ndate: Mon, 02 Nov 2026 00:00:00 GMT\r\nserver: canned\r\n"
PLAIN = HEAD + b"content-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(BODY) + BODY
STREAM = HEAD + b"content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
CHUNK = b"%x\r\n%s\r\n" % (len(EVENT), EVENT)
LAST = b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
END = b"%x\r\n%s\r\n0\r\n\r\n" % (len(LAST), LAST)
QUESTION = json.dumps({"model": "m", "messages": [{"role": "user", "content": "x" * 200}]}).encode()
HEADERS = {"content-type": "application/json", "authorization": "Bearer benchmark"}

One = Callable[[], Awaitable[object]]


class Canned(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, end, rest = self.buffer.partition(b"\r\n\r\n")
        if not end:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(rest) < length:
            return
        self.buffer = rest[length:]
        if b"/stream" in head.split(b"\r\n", 1)[0]:
            self.transport.write(STREAM)
            self.drip(EVENTS)
        else:
            self.transport.write(PLAIN)

    def drip(self, left: int) -> None:
        """One event a turn of the loop, so that most arrive alone, as a vendor's do."""
        self.transport.write(CHUNK if left else END)
        if left and not self.transport.is_closing():
            asyncio.get_running_loop().call_soon(self.drip, left - 1)


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Canned, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=None)
    )


def interlock_call(url: str) -> tuple[HttpRequest, Permit, Deployment]:
    card = ModelCard(id="maker/model", maker="maker", jurisdiction="us")
    deployment = Deployment(id="d", card=card, provider="openai", region="us", name="m")
    request = HttpRequest(url=url, body=QUESTION, headers=HEADERS)
    return request, Permit(deployment="d", origin=origin_of(url)), deployment


@asynccontextmanager
async def way(name: str, url: str) -> AsyncIterator[One]:
    """A function that makes one plain call."""
    async with AsyncExitStack() as stack:
        if name in ("httpx", "httpx unlimited", "httpx + aiohttp transport"):
            options: dict[str, object] = {"timeout": 600}
            if name == "httpx unlimited":
                options["limits"] = httpx.Limits(max_connections=None)
            if name == "httpx + aiohttp transport":
                options["transport"] = AiohttpTransport(client=session)
            http = await stack.enter_async_context(httpx.AsyncClient(**options))

            async def one() -> bytes:
                return (await http.post(url, content=QUESTION, headers=HEADERS)).content

        elif name == "request handed to that transport":
            transport = AiohttpTransport(client=session)
            stack.push_async_callback(transport.aclose)

            async def one() -> bytes:
                request = httpx.Request("POST", url, content=QUESTION, headers=HEADERS)
                reply = await transport.handle_async_request(request)
                try:
                    return await reply.aread()
                finally:
                    await reply.aclose()

        elif name == "aiohttp session":
            bare = await stack.enter_async_context(session())

            async def one() -> bytes:
                async with bare.post(url, data=QUESTION, headers=HEADERS, allow_redirects=False) as reply:
                    return await reply.read()

        else:
            client = HttpClient()
            stack.push_async_callback(client.aclose)
            call = interlock_call(url)

            async def one() -> bytes:
                return (await client.send(*call)).body

        yield one


async def plain(name: str, url: str, concurrent: int, calls: int) -> tuple[float, float]:
    """CPU and wall microseconds a call."""
    async with way(name, url) as one:

        async def several(count: int) -> None:
            for _ in range(count):
                assert await one() == BODY

        await asyncio.gather(*(several(1) for _ in range(concurrent)))
        each = max(1, calls // concurrent)
        gc.collect()
        wall, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(several(each) for _ in range(concurrent)))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        return cpu / (each * concurrent) * 1e6, wall / (each * concurrent) * 1e6


async def streamed(name: str, url: str, streams: int) -> tuple[float, float]:
    """CPU and wall microseconds an event."""
    async with AsyncExitStack() as stack:
        if name == "httpx aiter_lines":
            http = await stack.enter_async_context(httpx.AsyncClient())

            async def one() -> int:
                async with http.stream("POST", url, content=QUESTION, headers=HEADERS) as reply:
                    return sum([line.startswith("data:") async for line in reply.aiter_lines()])
        else:
            client = HttpClient()
            stack.push_async_callback(client.aclose)
            call = interlock_call(url)

            async def one() -> int:
                parser = EventParser()
                async with client.stream(*call) as reply:
                    return sum([len(parser.feed(piece)) async for piece in reply])

        await one()
        gc.collect()
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(streams):
            assert await one() == EVENTS + 2  # with the last two
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        return cpu / (streams * EVENTS) * 1e6, wall / (streams * EVENTS) * 1e6


PLAIN_WAYS = (
    "httpx",
    "httpx unlimited",
    "httpx + aiohttp transport",
    "request handed to that transport",
    "aiohttp session",
    "interlock.http",
)
STREAM_WAYS = ("httpx aiter_lines", "interlock.http")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments.add_argument("--calls", type=int, default=1500)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--concurrency", type=int, nargs="*", default=[1, 32, 200, 1000])
    arguments.add_argument("--only", help="measure only the ways whose name contains this")
    chosen = arguments.parse_args()
    if chosen.serve:
        asyncio.run(serve())
        return
    upstream = subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True)
    try:
        root = f"http://127.0.0.1:{int(upstream.stdout.readline())}"  # type: ignore[union-attr] # a pipe was asked for
        report(chosen, root)
    finally:
        upstream.kill()
        upstream.communicate()


def report(chosen: argparse.Namespace, root: str) -> None:
    results: dict[tuple[str, int], list[tuple[float, float]]] = {}
    for _ in range(chosen.rounds):
        for concurrent in chosen.concurrency:
            for name in PLAIN_WAYS:
                if not chosen.only or chosen.only in name:
                    figures = asyncio.run(plain(name, f"{root}/v1/chat", concurrent, chosen.calls))
                    results.setdefault((name, concurrent), []).append(figures)
        for name in STREAM_WAYS:
            if not chosen.only or chosen.only in name:
                results.setdefault((name, 0), []).append(asyncio.run(streamed(name, f"{root}/stream", 10)))
    say("| CPU / wall, µs a call |" + "".join(f" {count} at once |" for count in chosen.concurrency))
    say("| --- |" + " ---: |" * len(chosen.concurrency))
    for name in PLAIN_WAYS:
        if (name, chosen.concurrency[0]) in results:
            say(f"| {name} |" + "".join(f" {cell(results[name, c])} |" for c in chosen.concurrency))
    say("\n| CPU / wall, µs a streamed event | |\n| --- | ---: |")
    for name in STREAM_WAYS:
        if (name, 0) in results:
            say(f"| {name} | {cell(results[name, 0])} |")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def cell(rounds: list[tuple[float, float]]) -> str:
    cpu, wall = (statistics.median(figures) for figures in zip(*rounds, strict=True))
    return f"{cpu:.1f} / {wall:.1f}" if cpu < 100 else f"{cpu:.0f} / {wall:.0f}"


if __name__ == "__main__":
    main()
