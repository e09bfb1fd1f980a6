"""A process whose router keeps to shared limits, told by lines on its standard input what to do.

    python limited_process.py CONFIG

CONFIG is JSON, a configuration. Each line is JSON, too, and is answered by one: `calls` at once, of a `model`
where one is named, which says how they ended; `excluded`, and why; `problems` of the limits and of health.
"""

import asyncio
import json
import sys
from collections import Counter
from importlib.metadata import entry_points
from typing import Any

from interlock import InterlockError, Router

NEEDED = {"openai", "redis", "sql"}
"""What else is installed takes its time to load."""


async def one(router: Router, model: str | None) -> str:
    try:
        response = await router.complete(
            "Hello", model=model, task="conversational", settings={"max_tokens": 100}
        )
    except InterlockError as error:
        return type(error).__name__
    return response.deployment


async def answer(router: Router, asked: dict[str, Any]) -> Any:
    if "calls" in asked:
        model = asked.get("model")
        return Counter(await asyncio.gather(*(one(router, model) for _ in range(asked["calls"]))))
    if "excluded" in asked:
        return router.decide("Hello", task="conversational").excluded
    limits, sharing = router.wiring.limiting, router.wiring.sharing
    return [limits.problem if limits else "", sharing.problem if sharing else ""]


async def main() -> None:
    unneeded = sorted({each.name for each in entry_points(group="interlock")} - NEEDED)
    config = json.loads(sys.argv[1]) | {"plugins": {"disabled": unneeded}}
    async with Router.from_config(config) as router:
        await router.warm()
        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps(await answer(router, json.loads(line))), flush=True)
    print("closed", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
