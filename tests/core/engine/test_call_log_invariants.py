"""For every request that has arrived there was a durable entry before it, and for every answer handed over.

FUZZ_EXAMPLES says how many worlds are tried.
"""

import asyncio
import os
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock import InterlockError, Router
from interlock.testing import Received, Reply, Upstream
from shaky_log import ShakyLog

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "10"))
USAGE = {"prompt_tokens": 10, "completion_tokens": 2}
TIMEOUTS = {"connect": 5, "first_token": 5, "between_tokens": 5, "answer": 5, "total": 5}

# What each append meets, in turn: nothing, a failure, or a wait that is shorter or longer than log.timeout.
troubles = st.lists(st.sampled_from([None, None, None, 0.0, 0.005, 0.02, 0.15]), min_size=1, max_size=8)
manners = st.lists(st.sampled_from(["well", "down", "slow", "empty"]), min_size=1, max_size=6)
calls = st.lists(st.sampled_from(["plain", "stream", "left", "sync"]), min_size=1, max_size=4)


def reply(manner: str, *, streamed: bool) -> Reply:
    if manner == "down":
        return Reply.json({"error": {"message": "out of order"}}, status=503)
    said = {"content": "" if manner == "empty" else "Quick."}
    parts: list[Any] = [
        {"id": "1", "model": "m", "choices": [{"index": 0, "delta": said, "finish_reason": None}]},
        {"id": "1", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": USAGE},
    ]
    plain = {"index": 0, "message": {"role": "assistant"} | said, "finish_reason": "stop"}
    made = (
        Reply.events(*parts, "[DONE]")
        if streamed
        else Reply.json({"id": "1", "model": "m", "choices": [plain], "usage": USAGE})
    )
    delay = 0.05 if manner == "slow" else 0.0
    return Reply(status=made.status, headers=made.headers, pieces=made.pieces, delay=delay)


class World:
    """A router before one upstream, whose log is in trouble, and what has arrived there."""

    def __init__(self, troubles: list[float | None], manners: list[str]) -> None:
        self.log = ShakyLog(lambda _: troubles[self.log.appends % len(troubles)])
        self.manners = manners
        self.arrived: Counter[tuple[str, str]] = Counter()
        self.unlogged: list[tuple[str, str]] = []

    def answer(self, received: Received) -> Reply:
        asked = received.json()
        run = asked["messages"][-1]["content"].split()[-1]
        key = (run, asked["model"])
        self.arrived[key] += 1
        logged = [
            entry
            for entry in tuple(self.log.entries)
            if entry.kind == "attempt" and (entry.run, entry.facts["deployment"]) == key
        ]
        if len(logged) < self.arrived[key]:
            self.unlogged.append(key)
        manner = self.manners[sum(self.arrived.values()) % len(self.manners)]
        return reply(manner, streamed=asked.get("stream", False))

    async def call(self, router: Router, way: str, run: str) -> None:
        given: dict[str, Any] = {"task": "conversational", "run": run}
        prompt = f"Hello, this is {run}"
        try:
            if way == "plain":
                await router.complete(prompt, **given)
            elif way == "sync":
                await asyncio.to_thread(router.complete_sync, prompt, **given)
            elif way == "stream":
                whole = [chunk.response async for chunk in router.stream(prompt, **given)]
                assert whole[-1] is not None
            else:
                async with asyncio.timeout(0.03):
                    await router.complete(prompt, **given)
        except (InterlockError, TimeoutError):
            return
        assert run in [entry.run for entry in self.log.of("answer")], "an answer that no entry tells of"


@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(troubles, manners, calls, st.booleans(), st.integers(0, 1))
def test_nothing_arrives_that_is_not_in_the_log(
    troubles: list[float | None], manners: list[str], calls: list[str], hedged: bool, retries: int
) -> None:
    world = World(troubles, manners)

    async def play(upstream: Upstream) -> None:
        parts = [
            {"id": name, "model": model, "provider": "openai-compatible", "region": "us", "name": name}
            | {"base_url": f"{upstream.url}/v1"}
            for name, model in (("a", "openai/gpt-5.5"), ("b", "zhipu/glm-5.2"))
        ]
        config = {
            "deployments": parts,
            "routes": {"conversational": ["a", "b"]},
            "retries": {"max": retries},
            "timeouts": TIMEOUTS,
            "log": {"url": "shaky://", "timeout": 0.1},
        }
        hedge = {"hedge": {"after": 0.02, "budget": 1.0}} if hedged else {}
        router = Router.from_config(config | hedge, plugins=[world.log])
        await asyncio.gather(*(world.call(router, way, f"r{n}") for n, way in enumerate(calls)))
        world.log.trouble = lambda _: None
        await router.aclose()
        await asyncio.to_thread(router.close_sync)

    with Upstream(always=world.answer) as upstream:
        asyncio.run(play(upstream))
    assert world.unlogged == []
    ids = [entry.id for entry in world.log.entries]
    assert len(ids) == len(set(ids))
