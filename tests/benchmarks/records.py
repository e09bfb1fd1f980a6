"""What keeping records in SQLite adds to a call: `uv run python tests/benchmarks/records.py`.

Both routers answer in the process, so that nothing but their own work is measured; they take turns within a
round. Calls follow each other without a pause, so that the writing thread takes its time from them, as in a
server at its limit; elsewhere it takes none. Prints medians in microseconds and the median of the rounds'
ratios, and what handing a record over costs by itself.
"""

import asyncio
import gc
import statistics
import tempfile
import time
from pathlib import Path

from interlock import Answer, Router, Text, Usage
from interlock.protocols import ProviderCall
from interlock.testing import ScriptedProvider, scripted_router

PROMPT = "Write a short note to our customer in Lyon, whose parcel was lost by the carrier. "
ROUNDS = 7
CALLS = 1_500
ANSWER = Answer(parts=(Text("Done."),), finish_reason="stop", usage=Usage(input_tokens=20, output_tokens=2))


class Ready(ScriptedProvider):
    """Says the same at once, for ever, and remembers nothing."""

    async def complete(self, call: ProviderCall) -> Answer:
        return ANSWER


def router(**config: object) -> Router:
    return scripted_router({name: Ready((), name) for name in "abc"}, **config)


async def timed(router: Router, prompt: str) -> tuple[float, float]:
    """Seconds a call: until the last answer, and until its record is kept as well."""
    start = time.perf_counter()
    for number in range(CALLS):
        await router.complete(f"{prompt} {number}")
    answered = time.perf_counter()
    await router.aclose()
    return (answered - start) / CALLS, (time.perf_counter() - start) / CALLS


async def main(folder: Path) -> None:
    async with router() as plain, router(records=f"sqlite:///{folder}/calls.db") as keeping:
        routers = {"without": plain, "with SQLite": keeping}
        figures: dict[str, list[tuple[float, float]]] = {name: [] for name in routers}
        for turn in range(ROUNDS + 1):
            for name, each in routers.items():
                gc.collect()
                # No prompt comes twice: what was classified before would cost less.
                spent = await timed(each, f"{PROMPT}{name} {turn}")
                if turn:
                    figures[name].append(spent)
        for index, until in enumerate(("answered", "kept")):
            bare, kept = (statistics.median(pair[index] for pair in figures[name]) * 1e6 for name in routers)
            ratio = statistics.median(b[index] / a[index] for a, b in zip(*figures.values(), strict=True))
            print(f"until {until}: without {bare:.0f} µs, with SQLite {kept:.0f} µs, ratio {ratio:.2f}")
        assert keeping.wiring.writer is not None
        assert keeping.wiring.writer.lost == 0
        handing_over(keeping)


def handing_over(router: Router) -> None:
    writer, record = router.wiring.writer, router.records[-1]
    assert writer is not None
    writer.put(record)
    spent = []
    for _ in range(2_000):
        start = time.perf_counter()
        writer.put(record)
        spent.append(time.perf_counter() - start)
    print(f"handing a record over: {statistics.median(spent) * 1e6:.2f} µs")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        asyncio.run(main(Path(made)))
