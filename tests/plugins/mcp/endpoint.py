"""A router served over HTTP on this machine, and clients of the SDK for it."""

import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from interlock_mcp.serving import app
from interlock_mcp.serving.web import bound, configured


@contextmanager
def served(router: Any, wrapped: Any = None, **options: Any) -> Iterator[str]:
    """The address of the endpoint, as long as it is there. `wrapped` gives what is served of the app."""
    with bound("127.0.0.1", 0) as at, router:
        made = app(router, **options)
        serving = configured(made if wrapped is None else wrapped(made))
        thread = threading.Thread(target=serving.run, kwargs={"sockets": [at]}, daemon=True)
        thread.start()
        end = time.monotonic() + 30
        while not serving.started:
            assert time.monotonic() < end
            time.sleep(0.005)
        yield f"http://127.0.0.1:{at.getsockname()[1]}/mcp"
        serving.should_exit = True
        thread.join(30)


@asynccontextmanager
async def client(address: str, revision: str, key: str = "") -> AsyncIterator[Client]:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    async with httpx.AsyncClient(headers=headers, timeout=30, trust_env=False) as there:
        over = streamable_http_client(address, http_client=there)
        async with Client(over, mode=revision, cache=None) as made:
            yield made
