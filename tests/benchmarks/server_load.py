"""Clients for the endpoint's benchmarks: so many connections, each of which asks again once it is answered.

Run as `python server_load.py PORT CONNECTIONS SECONDS REQUEST`, where REQUEST is a JSON list of a path,
headers and a body; prints JSON: requests, seconds, failures, and the latencies' p50 and p99 in milliseconds.
"""

import asyncio
import json
import sys
import time
from collections.abc import Mapping

import uvloop


class Client(asyncio.Protocol):
    """Counts an answer as whole by its length, or by the end of its last chunk."""

    def __init__(self, request: bytes, until: float, took: list[float], failed: list[int]) -> None:
        self._request, self._until, self._took, self._failed = request, until, took, failed
        self._heard = b""
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, ended, rest = self._heard.partition(b"\r\n\r\n")
        if not ended:
            return
        length = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
        if not (len(rest) >= int(length) if length else rest.endswith(b"0\r\n\r\n")):
            return
        self._took.append(time.perf_counter() - self._asked)
        if not head.startswith(b"HTTP/1.1 200"):
            self._failed.append(int(head[9:12]))
        self._heard = b""
        if time.perf_counter() < self._until:
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)

    def _ask(self) -> None:
        self._asked = time.perf_counter()
        self._transport.write(self._request)


def written(path: str, headers: Mapping[str, str], body: str) -> bytes:
    data = body.encode()
    lines = [f"POST {path} HTTP/1.1", "host: 127.0.0.1", *(f"{name}: {headers[name]}" for name in headers)]
    lines += ["content-type: application/json", f"content-length: {len(data)}", "", ""]
    return "\r\n".join(lines).encode() + data


async def load(port: int, connections: int, seconds: float, request: bytes) -> dict[str, float]:
    took: list[float] = []
    failed: list[int] = []
    began = time.perf_counter()
    loop = asyncio.get_running_loop()
    clients = [Client(request, began + seconds, took, failed) for _ in range(connections)]
    for client in clients:
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)
    await asyncio.gather(*(client.ended for client in clients))
    took.sort()
    at = {f"p{share}": took[min(len(took) - 1, len(took) * share // 100)] * 1e3 for share in (50, 99)}
    return {
        "requests": len(took),
        "seconds": time.perf_counter() - began,
        "failures": len(failed),
        **at,
    }


if __name__ == "__main__":
    _, where, many, long, what = sys.argv
    print(json.dumps(uvloop.run(load(int(where), int(many), float(long), written(*json.loads(what))))))
