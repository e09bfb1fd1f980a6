"""A router that nobody closes takes its connections along, on whichever loop they were opened."""

import gc
import weakref

from interlock import Router
from interlock.testing import Reply, Upstream

ANSWER = {
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "x"}, "finish_reason": "stop"}],
    "model": "m",
}


async def test_a_router_forgotten_on_a_running_loop_closes_its_connections():
    import asyncio

    with Upstream(always=Reply.json(ANSWER)) as upstream:
        part = {"id": "a", "model": "openai/gpt-5.5", "provider": "openai-compatible", "region": "us"}
        router = Router.from_config({"deployments": [part | {"base_url": f"{upstream.url}/v1"}]})
        assert (await router.complete("hello")).text == "x"
        forgotten = weakref.ref(router)
        del router
        gc.collect()
        assert forgotten() is None
        for _ in range(50):
            await asyncio.sleep(0.01)
            gc.collect()  # a connector that was not closed would warn, and the warning fail this test
