"""A process whose budgets lie in a shared ledger, told by lines on its standard input what to do.

    python spending_process.py CONFIG

CONFIG is JSON: `ledger`, `budgets`, the `seconds` that an answer takes and the tokens that it `uses`. Each
line is JSON, too, and is answered by one: `calls` at once, with `metadata` and `tokens`; `spent`, the
metadata to ask about; `plan`, how many of the next attempts fail, which tells how many were sent; `slow`,
other seconds.
"""

import asyncio
import json
import sys
from collections import Counter
from contextlib import suppress
from typing import Any

from interlock import Answer, InterlockError, Router, StoreError, Text, Unavailable, Usage
from interlock.testing import ScriptedProvider

PRICE = {"input": 0.0, "output": 100.0}  # 0.0001 USD for each output token


class Upstream(ScriptedProvider):
    """Answers with as many tokens as it is told to, or fails."""

    def __init__(self, seconds: float, uses: int) -> None:
        super().__init__([], "a")
        self.seconds = seconds
        self.uses = uses
        self.fails = 0
        self.sent = 0

    async def complete(self, call: Any) -> Answer:
        self.sent += 1
        await asyncio.sleep(self.seconds)
        if self.fails:
            self.fails -= 1
            raise Unavailable("down")
        usage = Usage(input_tokens=0, output_tokens=self.uses)
        return Answer(parts=(Text("ok"),), finish_reason="stop", usage=usage)


async def one(router: Router, asked: dict[str, Any]) -> str:
    settings = {"max_tokens": asked.get("tokens", 100)}
    try:
        await router.complete("Hello", metadata=asked.get("metadata", {}), settings=settings)
    except InterlockError as error:
        return type(error).__name__
    return "ok"


async def answer(router: Router, upstream: Upstream, asked: dict[str, Any]) -> Any:
    if "calls" in asked:
        return Counter(await asyncio.gather(*(one(router, asked) for _ in range(asked["calls"]))))
    if "slow" in asked:
        upstream.seconds = asked["slow"]
        return None
    if "plan" in asked:
        upstream.fails = asked["plan"]
        return upstream.sent
    rows = await router.spent(asked["spent"])
    return [[row.budget, row.usd, row.tokens, row.requests] for row in rows]


async def main() -> None:
    config = json.loads(sys.argv[1])
    upstream = Upstream(config["seconds"], config["uses"])
    source = {
        "deployments": [{"id": "a", "model": "scripted/a", "provider": "a", "price": PRICE}],
        "retries": {"max": 0},
        "budgets": config["budgets"],
        "ledger": config["ledger"],
    }
    async with Router.from_config(source, plugins=[upstream]) as router:
        for _ in range(10):  # to load what connects takes its time where much goes on
            with suppress(StoreError):
                await router.spent()
                break
        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps(await answer(router, upstream, json.loads(line))), flush=True)
    print("closed", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
