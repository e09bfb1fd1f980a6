"""Many streams at once through `interlock serve`: are they whole, how late is an event, what does it hold?

    uv run python tests/benchmarks/server_streams.py --streams 2000 --events 20 --every 1

The vendor's server, the endpoint and the clients are a process each.
"""

import argparse
import asyncio
import json
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

CONFIGURATION = """
deployments:
  - {{id: a, model: bench/one, provider: openai-compatible, region: eu, base_url: "http://127.0.0.1:{port}/v1"}}
models: [{{id: bench/one}}]
timeouts: {{total: 600}}
plugins: {{disabled: [embeddings]}}
"""
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
BODY = json.dumps(
    {"model": "auto", "stream": True, "messages": [{"role": "user", "content": "What is a signal box?"}]}
).encode()


def event(delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return b"data: " + json.dumps({"id": "1", "model": "one", "choices": [choice]}).encode() + b"\n\n"


async def vendor(port_to: Path, events: int, every: float) -> None:
    """Says the time, again and again."""

    async def stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(HEAD)
            for _ in range(events):
                writer.write(event({"content": f"<{time.time():.6f}>"}))
                await writer.drain()
                await asyncio.sleep(every)
            writer.write(event({}, "stop") + b"data: [DONE]\n\n")
            await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(stream, "127.0.0.1", 0, backlog=4096)
    port_to.write_text(str(server.sockets[0].getsockname()[1]))  # noqa: ASYNC240 - before anybody comes
    await server.serve_forever()


async def client(port: int, started: asyncio.Semaphore) -> tuple[bool, list[float]]:
    """Whether the stream was whole, and how late each of its events was, in seconds."""
    late: list[float] = []
    async with started:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(BODY)}\r\n"
        writer.write(f"{head}Content-Type: application/json\r\nConnection: close\r\n\r\n".encode() + BODY)
        status = await reader.readline()
    whole = False
    while line := await reader.readline():
        late += [time.time() - float(said) for said in re.findall(rb"<(\d+\.\d+)>", line)]
        whole = whole or b"[DONE]" in line
    writer.close()
    return b" 200 " in status and whole, late


async def streamed(port: int, streams: int) -> list[tuple[bool, list[float]]]:
    """All of them at once, of which 64 begin at a time."""
    gate = asyncio.Semaphore(64)
    return await asyncio.gather(*(client(port, gate) for _ in range(streams)))


def measured(streams: int, events: int, every: float, folder: Path) -> None:
    told, yaml = folder / "port", folder / "interlock.yaml"
    vendor_too = [sys.executable, __file__, "--vendor", told, f"--events={events}", f"--every={every}"]
    program = Path(sys.executable).with_name("interlock")
    verb = [program, "--config", yaml, "serve", "--port=0", "--no-access-log"]
    with subprocess.Popen(vendor_too) as other:
        while not told.exists() or not told.read_text():
            time.sleep(0.05)
        yaml.write_text(CONFIGURATION.format(port=told.read_text()))
        with subprocess.Popen(verb, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            try:
                port = _port(server.stdout)
                before = _memory(server.pid, "VmRSS")
                began = time.perf_counter()
                found = asyncio.run(streamed(port, streams))
                took = time.perf_counter() - began
                most = _memory(server.pid, "VmHWM")
            finally:
                server.terminate()
                other.terminate()
    late = sorted(each for _, times in found for each in times)
    whole, each = sum(each for each, _ in found), (most - before) / streams
    at = [statistics.median(late), late[int(len(late) * 0.95)], late[-1]]
    print(f"streams {streams}, whole {whole}, events {len(late)} of {streams * events}, {took:.1f} s")
    print("late: median {:.0f} ms, p95 {:.0f} ms, most {:.0f} ms".format(*(seconds * 1e3 for seconds in at)))
    print(f"memory: {before / 1024:.0f} MB before, {most / 1024:.0f} MB at most, {each:.0f} kB a stream")


def _port(said: IO[str]) -> int:
    while line := said.readline():
        if found := re.search(r"http://[^ ;]*:(\d+)", line):
            return int(found[1])
    raise SystemExit("the server did not begin")


def _memory(pid: int, what: str) -> int:
    """In kB."""
    found = re.search(rf"{what}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=2000)
    parser.add_argument("--events", type=int, default=20)
    parser.add_argument("--every", type=float, default=1.0)
    parser.add_argument("--vendor", type=Path)
    asked = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if asked.vendor is not None:
        asyncio.run(vendor(asked.vendor, asked.events, asked.every))
    else:
        with tempfile.TemporaryDirectory() as there:
            measured(asked.streams, asked.events, asked.every, Path(there))
