"""How late a panel ends that has a silent member: after its deadline, beside a bare timer of as many seconds.

    uv run python tests/benchmarks/panel_deadline.py

Prints milliseconds beyond the deadline, of plain calls, of streams, and of a timer beside which nothing runs.
"""

import asyncio
import statistics
import time
from typing import Any

from interlock import Router
from interlock.testing import End, Received, Reply, Upstream

CALLS = 40
DEADLINE = 0.5
CARD = {"maker": "test", "jurisdiction": "us"}
MEMBERS = ("yes", "also", "silent")


def vendor(received: Received) -> Reply:
    model = received.json()["model"]
    if model == "silent":
        return Reply(pieces=(End.SILENCE,))
    message = {"role": "assistant", "content": "Yes."}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return Reply.json(
        {"id": "1", "object": "chat.completion", "created": 1, "model": model, "choices": [choice]}
    )


def configured(url: str) -> dict[str, Any]:
    part = {"provider": "openai-compatible", "base_url": f"{url}/v1", "region": "local"}
    return {
        "deployments": [part | {"id": each, "model": f"test/{each}", "name": each} for each in MEMBERS],
        "models": {
            "cards": [{"id": f"test/{each}", "maker": "test", "jurisdiction": "us"} for each in MEMBERS]
        },
        "ensembles": {"x": {"members": list(MEMBERS), "deadline": DEADLINE}},
        "retries": {"max": 0},
    }


async def timer() -> float:
    began = time.perf_counter()
    await asyncio.sleep(DEADLINE)
    return time.perf_counter() - began - DEADLINE


async def call(router: Router, *, streams: bool) -> float:
    began = time.perf_counter()
    if streams:
        async for _ in router.stream("Is it?", ensemble="x"):
            pass
    else:
        await router.complete("Is it?", ensemble="x")
    return time.perf_counter() - began - DEADLINE


def told(name: str, late: list[float]) -> str:
    ordered = sorted(late)
    at = [statistics.median(ordered), ordered[int(len(ordered) * 0.95)], ordered[-1]]
    return f"{name:<18}" + "".join(f"{seconds * 1000:>10.1f}" for seconds in at)


async def main() -> None:
    with Upstream(always=vendor) as upstream:
        async with Router.from_config(configured(upstream.url)) as router:
            await call(router, streams=False)  # libraries are loaded at the first call
            late: dict[str, list[float]] = {"a timer alone": [], "complete": [], "stream": []}
            for _ in range(CALLS):
                late["a timer alone"].append(await timer())
                late["complete"].append(await call(router, streams=False))
                late["stream"].append(await call(router, streams=True))
    print(f"{'ms beyond ' + str(DEADLINE) + ' s':<18}{'median':>10}{'p95':>10}{'worst':>10}")
    for name, seconds in late.items():
        print(told(name, seconds))


if __name__ == "__main__":
    asyncio.run(main())
