"""What a log takes, and what it adds to a call: `uv run python tests/benchmarks/log.py [folder] [url]`.

`folder` is where the files are made, and so which disk is waited for; `url` is the address of an empty
PostgreSQL database, to be measured too. Callers append one entry at a time, each waiting for its own before
the next; calls are answered in the process, so that the log is nearly all that they wait for.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from interlock import Answer, LogEntry, Text, Usage
from interlock.protocols import ProviderCall
from interlock.testing import ScriptedProvider, scripted_router

PROMPT = "Write a short note to our customer in Lyon, whose parcel was lost by the carrier."
CALLERS = (1, 10, 100)
SECONDS = 3.0
ANSWER = Answer(parts=(Text("Done."),), finish_reason="stop", usage=Usage(input_tokens=20, output_tokens=2))


class Ready(ScriptedProvider):
    """Says the same at once, for ever, and remembers nothing."""

    async def complete(self, call: ProviderCall) -> Answer:
        return ANSWER


async def measured(what: str, once: Callable[[], Awaitable[object]]) -> None:
    for callers in CALLERS:
        took: list[float] = []
        due = time.perf_counter() + SECONDS

        async def caller(took: list[float] = took, due: float = due) -> None:
            while (began := time.perf_counter()) < due:
                await once()
                took.append(time.perf_counter() - began)

        await asyncio.gather(*(caller() for _ in range(callers)))
        rate, middle = len(took) / SECONDS, statistics.median(took) * 1e3
        print(f"{what}, {callers:>3} at once: {rate:7.0f} a second, {middle:6.2f} ms each")


async def main(folder: Path, url: str | None) -> None:
    places = {"SQLite": f"sqlite:///{folder}/log.db"} | ({"PostgreSQL": url} if url else {})
    for name, place in places.items():
        async with scripted_router({"a": Ready((), "a")}, log={"url": place, "timeout": 60}) as router:
            log = router.log
            assert log is not None
            await measured(f"{name}: appends", lambda log=log: log.append([LogEntry(kind="bench.entry")]))
            await measured(
                f"{name}: calls  ", lambda router=router: router.complete(PROMPT, task="conversational")
            )
        for mode in ("background",):
            async with scripted_router({"a": Ready((), "a")}, log={"url": place, "mode": mode}) as router:
                await measured(
                    f"{name}: calls, {mode}",
                    lambda router=router: router.complete(PROMPT, task="conversational"),
                )
                lost = router.wiring.log.lost if router.wiring.log else 0
            print(f"{name}: lost {lost}")


if __name__ == "__main__":
    where = sys.argv[1] if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory(dir=where) as made:
        asyncio.run(main(Path(made), sys.argv[2] if len(sys.argv) > 2 else None))
