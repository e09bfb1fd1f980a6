"""A vendor that counts what it has served, in a process of its own that nobody kills.

    python random_vendor.py        prints its port, and serves until its standard input ends

It speaks chat completions. The prompt is a name; the answer is made of it, so that a client can tell whether
it has all of it. Each request takes a while, and one in fifty fails with 503. What is answered is billed
whole, whoever has left meanwhile.

    GET /billed     of each name, how often it was answered and how often refused
"""

import asyncio
import json
import os
import random
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from zlib import crc32

INPUT_TOKENS = 3  # fewer than any estimate of a prompt, so that no hold is too small
PRICE = {"input": 100.0, "output": 200.0}
"""US dollars for a million tokens."""
FAILS = 0.02
Billed = dict[str, dict[str, int]]


def words_of(name: str) -> list[str]:
    """The answer, in the pieces in which it is streamed."""
    return [f"{name} ", *(f"word{number} " for number in range(6 + crc32(name.encode()) % 30)), "end."]


def text_of(name: str) -> str:
    return "".join(words_of(name))


def cost_of(name: str) -> int:
    """What one answer costs, in picodollars."""
    return round((INPUT_TOKENS * PRICE["input"] + len(words_of(name)) * PRICE["output"]) * 1e6)


class Counted:
    """What was answered, and what was refused, by name."""

    def __init__(self) -> None:
        self.answered: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    @property
    def billed(self) -> dict[str, Counter[str]]:
        return {"answered": self.answered, "refused": self.refused}


def _plain(name: str) -> bytes:
    message = {"role": "assistant", "content": text_of(name)}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return json.dumps({"id": "1", "model": "m", "choices": [choice], "usage": _usage(name)}).encode()


def _usage(name: str) -> dict[str, int]:
    made = len(words_of(name))
    return {"prompt_tokens": INPUT_TOKENS, "completion_tokens": made, "total_tokens": INPUT_TOKENS + made}


def _events(name: str) -> Iterator[bytes]:
    for word in words_of(name):
        yield _event([{"index": 0, "delta": {"content": word}, "finish_reason": None}])
    yield _event([{"index": 0, "delta": {}, "finish_reason": "stop"}])
    yield _event([], usage=_usage(name))
    yield b"data: [DONE]\n\n"


def _event(choices: list[object], **more: object) -> bytes:
    return b"data: %b\n\n" % json.dumps({"id": "1", "model": "m", "choices": choices, **more}).encode()


def _head(status: str, kind: str, length: int | None) -> bytes:
    size = "transfer-encoding: chunked" if length is None else f"content-length: {length}"
    return f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\n{size}\r\n\r\n".encode()


async def serve(counted: Counted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = head.partition("content-length:")[2].partition("\r\n")[0]
            body = await reader.readexactly(int(length or 0))
            if head.startswith("get "):
                told = json.dumps(counted.billed).encode()
                writer.write(_head("200 OK", "application/json", len(told)) + told)
            else:
                await _answer(counted, json.loads(body), writer)
    writer.close()


async def _answer(counted: Counted, asked: dict[str, object], writer: asyncio.StreamWriter) -> None:
    name = str(asked["messages"][-1]["content"])  # type: ignore[index] - as our own clients send it
    await asyncio.sleep(random.uniform(0.01, 0.15))
    if random.random() < FAILS:
        counted.refused[name] += 1
        told = b'{"error": {"message": "out of order"}}'
        writer.write(_head("503 Service Unavailable", "application/json", len(told)) + told)
        return
    counted.answered[name] += 1
    if not asked.get("stream"):
        told = _plain(name)
        writer.write(_head("200 OK", "application/json", len(told)) + told)
        return
    writer.write(_head("200 OK", "text/event-stream", None))
    for event in _events(name):
        if writer.is_closing():
            return
        writer.write(b"%x\r\n%b\r\n" % (len(event), event))
        await asyncio.sleep(random.uniform(0.0, 0.01))
    writer.write(b"0\r\n\r\n")


async def main() -> None:
    counted = Counted()
    server = await asyncio.start_server(lambda *streams: serve(counted, *streams), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    os._exit(0)  # whoever is still being served is dead


class Vendor:
    """The server, as whoever started it sees it."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def billed(self) -> Billed:
        with urllib.request.urlopen(f"{self.url}/billed", timeout=30) as reply:
            found: Billed = json.load(reply)
        return found


@contextmanager
def vendor() -> Iterator[Vendor]:
    command = [sys.executable, "-S", str(Path(__file__))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Vendor(int(process.stdout.readline()))
        finally:
            process.stdin.close()
            process.wait(10)


if __name__ == "__main__":
    asyncio.run(main())
