"""What a first call would have to wait for can be loaded before it, and nothing is sent for that."""

import subprocess
import sys

from interlock import Router
from interlock.testing import Reply, Upstream

DEPLOYMENT = {"id": "there", "model": "openai/gpt-5.5", "provider": "openai", "api_key": "k", "region": "us"}
PROGRAM = """
import asyncio, sys
from interlock import Router

async def main():
    router = Router.from_config({"deployments": [DEPLOYMENT]})
    assert "aiohttp" not in sys.modules
    await router.warm()
    assert "aiohttp" in sys.modules
    await router.aclose()

asyncio.run(main())
"""


async def test_nothing_is_sent_decided_or_recorded():
    with Upstream(always=Reply.json({})) as upstream:
        async with Router.from_config({"deployments": [DEPLOYMENT | {"base_url": upstream.url}]}) as router:
            await router.warm()
            await router.warm()
            assert not router.records
        assert not upstream.requests


def test_the_http_library_is_there_before_the_first_call():
    deployment = DEPLOYMENT | {"base_url": "http://127.0.0.1:9/v1"}
    program = PROGRAM.replace("DEPLOYMENT", repr(deployment))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
