"""Calls where there is no event loop of asyncio, or where the interpreter is about to end."""

import subprocess
import sys
from typing import Any

import pytest

from interlock import InterlockError
from interlock.testing import Reply, Upstream, scripted_router


def driven(awaitable: Any) -> None:
    """The first step, as another library than asyncio would make it."""
    awaitable.__await__().send(None)


def test_another_librarys_loop_is_told_what_to_do() -> None:
    with scripted_router({"a": ["x", "y"]}) as router:
        for step in (router.complete("hi"), router.stream("hi").__anext__(), router.aclose()):
            with pytest.raises(InterlockError, match=r"asyncio, .* complete_sync"):
                driven(step)
        assert router.complete_sync("hi").text == "x"


AT_EXIT = """
import atexit, sys
from interlock import InterlockError, Router

deployment = {"id": "a", "model": "zhipu/glm-5.2", "provider": "vllm", "region": "eu"}
deployment["base_url"] = sys.argv[1]
router = Router.from_config({"deployments": [deployment], "retries": {"max": 0}})

@atexit.register
def last():
    try:
        print(router.complete_sync("hi").text)
    except InterlockError as error:
        print(type(error).__name__, error)
"""


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_first_call_may_be_the_last(host: str) -> None:
    message = {"role": "assistant", "content": "Goodbye."}
    answer = {"model": "m", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    with Upstream(always=Reply.json(answer)) as upstream:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", AT_EXIT, upstream.url.replace("127.0.0.1", host)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")
    if host == "127.0.0.1":
        assert done.stdout.strip() == "Goodbye."
    else:
        assert "ConnectionFailed" in done.stdout
        assert "the interpreter is ending" in done.stdout
