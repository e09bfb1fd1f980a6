"""What an event of a stream costs between a vendor's bytes and a client's, without sockets.

    uv run python tests/benchmarks/server_events.py [--together 20]

A vendor's chat completions stream of a thousand events is served in each of the endpoint's dialects by a call
of the application in this process: one event at a time, each of which is waited for, or so many `--together`.
What a stream of a single event costs is taken off, and so is a loop that waits as often. Prints, of seven
turns, the least CPU an event in microseconds, and how many Python calls it takes.
"""

import argparse
import asyncio
import cProfile
import gc
import json
import pstats
import time
from collections.abc import Iterator
from typing import Any

import uvloop

from interlock.http.client import HttpClient, StreamReply
from interlock_server.endpoint.opening import open_served
from interlock_server.endpoint.running import endpoint_of

MANY = 1000
ASKED = {"role": "user", "content": "hello"}
BODIES: dict[str, dict[str, Any]] = {
    "/v1/chat/completions": {"messages": [ASKED]},
    "/v1/messages": {"messages": [ASKED], "max_tokens": 100},
    "/v1/responses": {"input": "hello"},
}
PLACE = {"id": "a", "model": "openai/gpt-5.5", "provider": "openai", "api_key": "b", "region": "us"}


def events(many: int) -> list[bytes]:
    """As the benchmarks' upstream sends them."""
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    deltas = [{"role": "assistant", "content": ""}, *({"content": f"word{n} "} for n in range(many))]
    said = [head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    said.append(head | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    said.append(head | {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": many}})
    return [f"data: {text}\n\n".encode() for text in [*map(json.dumps, said), "[DONE]"]]


class Arrival:
    """A vendor's reply, each piece of which is there a turn of the loop after it is waited for."""

    status = 200
    headers = {"content-type": "text/event-stream"}  # noqa: RUF012 - nobody changes it
    pieces: Iterator[bytes] = iter(())

    async def piece(self) -> bytes:
        await asyncio.sleep(0)
        return next(Arrival.pieces, b"")

    def close(self) -> None:
        pass


async def _open(
    _client: HttpClient, _request: Any, permit: Any, destination: Any, _encodings: str
) -> StreamReply:
    permit.sent = {}
    permit.used += 1
    return StreamReply(Arrival(), destination.largest_answer)  # type: ignore[arg-type] # no transport's


async def asked(app: Any, path: str, pieces: list[bytes]) -> bytes:
    """What the client is sent."""
    Arrival.pieces = iter(pieces)
    body = json.dumps({"model": "gpt-5.5", "stream": True, **BODIES[path]}).encode()
    headers = [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")]
    scope = {"type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "query_string": b""}
    scope |= {"path": path, "raw_path": path.encode(), "headers": headers, "client": ("127.0.0.1", 1)}
    coming = iter([{"type": "http.request", "body": body, "more_body": False}])
    sent: list[bytes] = []

    async def receive() -> Any:
        return next(coming, None) or await asyncio.get_running_loop().create_future()

    async def send(message: Any) -> None:
        sent.append(message.get("body", b""))

    await app(scope, receive, send)
    return b"".join(sent)


async def waited(pieces: list[bytes]) -> None:
    Arrival.pieces = iter(pieces)
    while await Arrival().piece():
        pass


async def main(together: int) -> None:
    HttpClient._open = _open  # type: ignore[method-assign,assignment] # there is no network
    served = open_served({"deployments": [{**PLACE, "base_url": "http://127.0.0.1:9/v1"}]})
    await served.start()
    app = endpoint_of(served)
    each, one = events(MANY), events(1)
    long = [b"".join(each[at : at + together]) for at in range(0, len(each), together)]
    for path in BODIES:
        assert f"word{MANY - 1} ".encode() in await asked(app, path, long), path
        gc.collect()
        gc.freeze()
        least: dict[str, float] = {}
        for _ in range(7):
            for name, step in (
                ("long", lambda: asked(app, path, long)),  # noqa: B023 - awaited in this turn
                ("short", lambda: asked(app, path, one)),  # noqa: B023 - awaited in this turn
                ("waited", lambda: waited(long)),
            ):
                began = time.process_time()
                await step()
                least[name] = min(least.get(name, 9.0), time.process_time() - began)
        profile = cProfile.Profile()
        profile.enable()
        await asked(app, path, long)
        profile.disable()
        calls = pstats.Stats(profile).total_calls / MANY  # type: ignore[attr-defined] # not in the stubs
        cost = (least["long"] - least["short"] - least["waited"]) / MANY * 1e6
        print(f"{path:22} {cost:6.2f} µs an event, {calls:6.1f} calls")
    await served.aclose()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--together", type=int, default=1)
    uvloop.run(main(parser.parse_args().together))
