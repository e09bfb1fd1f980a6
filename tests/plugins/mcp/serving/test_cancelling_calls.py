"""A client that cancels a call: what was asked for it is given up, and its connections are closed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from desk import DESK, Desk, client_of
from endpoint import client, served
from forgetful import forgetful

from interlock import Router, tool_of
from interlock.testing import Reply, Upstream


def router_to(upstream: Upstream, *more: Any) -> Router:
    here = {"id": "here", "model": "zhipu/glm-5.2", "provider": "openai-compatible", "region": "eu"}
    config = {"deployments": [here | {"base_url": upstream.url, "api_key": "k"}], "connectors": [DESK]}
    return Router.from_config(config, plugins=[Desk(more=more)])


@asynccontextmanager
async def there(way: str, router: Router) -> AsyncIterator[Any]:
    """A client in this process, or over HTTP."""
    revision = "2026-07-28" if "2026-07-28" in way else "legacy"
    if "http" not in way:
        async with client_of(router, revision) as made:
            yield made
        return
    with served(router, forgetful if revision == "legacy" else None) as address:
        async with client(address, revision) as made:
            yield made


WAYS = ["in process, legacy", "http, legacy", "http, 2026-07-28"]


@pytest.mark.parametrize("progress", [False, True], ids=["plain", "with progress"])
@pytest.mark.parametrize("way", WAYS)
async def test_the_connection_to_the_model_is_closed(way, progress):
    async def hear(*_: Any) -> None:
        pass

    more = {"progress_callback": hear} if progress else {}
    with Upstream(always=Reply(delay=3600)) as upstream:
        async with there(way, router_to(upstream)) as made, anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: made.call_tool("ask", {"prompt": "Hello"}, **more))
            await asyncio.to_thread(upstream.wait_for_requests, 1, 60)
            tasks.cancel_scope.cancel()
            with anyio.CancelScope(shield=True):
                await asyncio.to_thread(upstream.wait_until_idle, 60)


@pytest.mark.parametrize("way", WAYS)
async def test_a_tool_at_work_is_cancelled_once_and_may_close_what_it_has_open(way):
    began, ended, closed = (asyncio.Event() for _ in range(3))
    loop = asyncio.get_running_loop()

    async def dig() -> str:
        """Dig without end."""
        loop.call_soon_threadsafe(began.set)
        try:
            await asyncio.Event().wait()
        finally:
            loop.call_soon_threadsafe(ended.set)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            loop.call_soon_threadsafe(closed.set)
        return "never"

    with Upstream() as upstream:
        router = router_to(upstream, tool_of(dig, effect="read"))
        async with there(way, router) as made, anyio.create_task_group() as tasks:
            tasks.start_soon(made.call_tool, "dig", {})
            await began.wait()
            tasks.cancel_scope.cancel()
            with anyio.CancelScope(shield=True):
                await asyncio.wait_for(ended.wait(), 60)
                await asyncio.wait_for(closed.wait(), 60)
