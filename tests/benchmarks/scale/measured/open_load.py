"""Requests that come by chance, whether or not those before were answered, as those of many clients do.

Run as `python open_load.py PORT RATE SECONDS SEED REQUEST`, with REQUEST as `server_load.py` takes it; prints
JSON: the latencies in seconds, in order. They leave at the first millisecond after they have come.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from random import Random

sys.path += [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

import server_load
from simulated.arrivals import Flow, times

WARM = 1.0  # seconds that are not counted


class Connection(asyncio.Protocol):
    """One that is kept, and asked again once it has answered."""

    def __init__(self, idle: list["Connection"], took: list[float], began: float) -> None:
        self._idle, self._took, self._began = idle, took, began
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]

    def ask(self, request: bytes) -> None:
        self._asked = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, ended, rest = self._heard.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
        if not ended or len(rest) < int(length):
            return
        assert head.startswith(b"HTTP/1.1 200"), head
        if self._asked - self._began > WARM:
            self._took.append(time.perf_counter() - self._asked)
        self._heard = b""
        self._idle.append(self)


async def load(port: int, rate: float, seconds: float, seed: int, request: bytes) -> list[float]:
    loop = asyncio.get_running_loop()
    idle: list[Connection] = []
    took: list[float] = []
    began = time.perf_counter()

    def made() -> Connection:
        return Connection(idle, took, began)

    for _ in range(64):
        idle.append((await loop.create_connection(made, "127.0.0.1", port))[1])
    began = time.perf_counter()
    for at in times(Flow(rate=rate), seconds + WARM, Random(f"{seed}:open")):
        await asyncio.sleep(began + at - time.perf_counter())
        if not idle:
            idle.append((await loop.create_connection(made, "127.0.0.1", port))[1])
        idle.pop().ask(request)
    await asyncio.sleep(1.0)
    return sorted(took)


if __name__ == "__main__":
    _, where, often, long, which, what = sys.argv
    sent = server_load.written(*json.loads(what))
    print(json.dumps(asyncio.run(load(int(where), float(often), float(long), int(which), sent))))
