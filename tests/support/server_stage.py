"""The endpoint, really served on this machine, before a vendor's server that does what it is told."""

import asyncio
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn

from interlock.testing import Reply, Upstream
from interlock_server.endpoint import Endpoint, Served, open_served, table
from interlock_server.endpoint.running import configured, endpoint_of

SECRET = "sk-of-the-vendor"

HELLO = {"model": "auto", "messages": [{"role": "user", "content": "Hello."}]}
_BODIES: dict[str, dict[str, Any]] = {
    "/v1/chat/completions": HELLO,
    "/v1/messages": HELLO | {"max_tokens": 100},
    "/v1/responses": {"model": "auto", "input": "Hello."},
}
# Every path of calls that the endpoint has, and a body in the dialect of each.
CALLS = {path: _BODIES[path] for path, _ in table.CALLS}


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    whole: bool = True

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def events(self) -> list[Any]:
        """The data of each event, as JSON where it is some."""
        lines = [line[6:] for line in self.text.splitlines() if line.startswith("data: ")]
        return [json.loads(each) if each.startswith("{") else each for each in lines]


@dataclass
class Client:
    """Speaks HTTP to the endpoint, one connection a request."""

    port: int
    headers: dict[str, str] = field(default_factory=dict)
    loop: asyncio.AbstractEventLoop | None = None
    server: uvicorn.Server | None = None

    def on_loop(self, what: Callable[[], None]) -> None:
        """Have the endpoint's own loop do something, and wait until it is done."""
        assert self.loop is not None
        done = threading.Event()

        def doing() -> None:
            try:
                what()
            finally:
                done.set()

        self.loop.call_soon_threadsafe(doing)
        assert done.wait(10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.send("POST", path, data, {"Content-Type": "application/json"} | headers)

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, None, headers)

    def chat(self, text: str = "Hello.", **fields: Any) -> Answer:
        body = HELLO | {"messages": [{"role": "user", "content": text}]} | fields
        return self.post("/v1/chat/completions", body)

    def send(self, method: str, path: str, data: bytes | None, headers: Mapping[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, data, {**self.headers, **headers})
            got = connection.getresponse()
            told = {name.lower(): value for name, value in got.getheaders()}
            try:
                return Answer(got.status, told, got.read())
            except http.client.IncompleteRead as error:
                return Answer(got.status, told, error.partial, whole=False)
        finally:
            connection.close()

    def raw(self, data: bytes) -> bytes:
        """Bytes as they are, and whatever comes back until the server closes or says nothing for a while."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
            connection.sendall(data)
            got = b""
            try:
                while piece := connection.recv(65536):
                    got += piece
            except (TimeoutError, ConnectionError):
                pass
            return got


@contextmanager
def serving(endpoint: Endpoint) -> Iterator[Client]:
    """The endpoint at a free port, in a thread of its own, until the block ends."""
    taken = socket.create_server(("127.0.0.1", 0), backlog=2048)
    server = uvicorn.Server(configured(endpoint))
    client = Client(taken.getsockname()[1], server=server)
    thread = threading.Thread(target=_run, args=(server, endpoint, taken, client), daemon=True)
    thread.start()
    try:
        end = time.monotonic() + 20
        while not server.started:
            assert time.monotonic() < end
            time.sleep(0.005)
        yield client
    finally:
        server.should_exit = True
        thread.join(20)
        taken.close()


def _run(server: uvicorn.Server, endpoint: Endpoint, taken: socket.socket, client: Client) -> None:
    async def both() -> None:
        client.loop = asyncio.get_running_loop()
        await endpoint.live.start()
        await server.serve(sockets=[taken])
        await endpoint.live.aclose()

    asyncio.run(both())


def configuration(*upstreams: Upstream, **keys: Any) -> dict[str, Any]:
    """A deployment for each vendor's server, named a, b, …, of models m-a, m-b, …"""
    names = "abcdefgh"[: len(upstreams)]
    return {
        "deployments": [
            {
                "id": name,
                "model": f"test/m-{name}",
                "provider": "openai-compatible",
                "base_url": f"{upstream.url}/v1",
                "region": "eu",
                "api_key": SECRET,
            }
            for name, upstream in zip(names, upstreams, strict=True)
        ],
        "models": [{"id": f"test/m-{name}", "context_window": 100_000} for name in names],
        # What refines vague prompts takes seconds to load.
        "plugins": {"disabled": ["embeddings"]},
        **keys,
    }


@contextmanager
def stage(*upstreams: Upstream, plugins: Iterable[object] = (), **keys: Any) -> Iterator[Client]:
    """The endpoint before these servers."""
    with serving(endpoint_of(opened(*upstreams, plugins=plugins, **keys))) as client:
        yield client


def opened(*upstreams: Upstream, plugins: Iterable[object] = (), **keys: Any) -> Served:
    return open_served(configuration(*upstreams, **keys), plugins=plugins)


def said(text: str = "Well.", model: str = "m") -> Reply:
    """A plain answer of a vendor."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
    return Reply.json({"id": "1", "model": model, "choices": [choice], "usage": usage})


def piece(text: str) -> dict[str, Any]:
    """An event of a vendor's stream."""
    return {"id": "1", "model": "m", "choices": [{"index": 0, "delta": {"content": text}}]}


END = {"id": "1", "model": "m", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}


def streamed(*texts: str) -> Reply:
    """A whole stream of a vendor."""
    return Reply.events(*map(piece, texts), END, "[DONE]")


def either(text: str = "Well.") -> Any:
    """Whichever of the two is asked for."""
    return lambda received: streamed(*text) if received.json().get("stream") else said(text)
