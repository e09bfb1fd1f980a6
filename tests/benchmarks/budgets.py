"""What budgets cost: `uv run python tests/benchmarks/budgets.py`.

Prints medians in microseconds of CPU: a decision and a whole call (a provider in process, three deployments)
without budgets and with four, in turns, so that both see the same machine; then the ledger alone, and how
long the window of a budget with 100,000 accounts takes to turn.
"""

import asyncio
import gc
import statistics
import time

from interlock import hookimpl
from interlock.assembly import assemble
from interlock.budgets.books import ACCOUNTS
from interlock.budgets.ledger import Ledger
from interlock.protocols import ProviderFacts
from interlock.router import Router
from interlock.testing import FakeClock
from interlock.types.budgets import Budget
from interlock.types.messages import Text
from interlock.types.response import Answer, Delta, Usage

ROUNDS = 40
CALLS = 250
METADATA = {"team": "legal", "customer": "acme"}
SETTINGS = {"max_tokens": 100}
BUDGETS = [
    {"id": "daily", "usd": 1e9, "per": "day"},
    {"id": "teams", "usd": 1e9, "tokens": 10**12, "requests": 10**12, "per": "hour", "each": "team"},
    {"id": "acme", "usd": 1e9, "per": "month", "where": {"customer": "acme"}},
    {"id": "one", "requests": 10**12, "per": "minute", "deployments": "gpt"},
]


class Instant:
    """A provider that answers at once."""

    api = 1
    facts = ProviderFacts(name="instant", region="local", needs_key=False, in_process=True)
    _answer = Answer(
        parts=(Text("Hi"),), finish_reason="stop", usage=Usage(input_tokens=10, output_tokens=2), id="1"
    )

    @hookimpl
    def interlock_providers(self):
        return [self]

    async def complete(self, call):
        return self._answer

    async def stream(self, call):
        yield Delta("Hi", finish_reason="stop", usage=self._answer.usage)


def router(budgets):
    models = {"gpt": "openai/gpt-5.5", "glm": "zhipu/glm-5.2", "claude": "anthropic/claude-4-opus"}
    parts = [{"id": name, "model": model, "provider": "instant"} for name, model in models.items()]
    return Router(assemble({"deployments": parts, "budgets": budgets}, plugins=[Instant()], environ={}))


async def complete(routed):
    await routed.complete("Hello.", metadata=METADATA, settings=SETTINGS)


async def decide(routed):
    routed.decide("Hello.", metadata=METADATA, settings=SETTINGS)


async def compared(what, name):
    """Medians of `what` for a router without budgets and one with them."""
    routers = [router([]), router(BUDGETS)]
    times = [[], []]
    for _ in range(ROUNDS):
        for routed, taken in zip(routers, times, strict=True):
            start = time.process_time()
            for _ in range(CALLS):
                await what(routed)
            taken.append((time.process_time() - start) / CALLS * 1e6)
    plain, limited = map(statistics.median, times)
    print(
        f"{name:32} without {plain:7.1f} µs, with four budgets {limited:7.1f} µs, "
        f"{limited - plain:+.1f} µs, ratio {limited / plain:.2f}"
    )


def alone():
    budgets = [
        Budget(id="daily", per="day", usd=1e9),
        Budget(id="teams", per="hour", usd=1e9, tokens=10**12, requests=10**12, each="team"),
        Budget(id="acme", per="month", usd=1e9, where={"customer": "acme"}),
        Budget(id="one", per="minute", requests=10**12, deployments=frozenset({"gpt"})),
    ]
    ledger = Ledger(budgets, time.time)

    def once():
        ledger.settle(ledger.reserve("gpt", METADATA, 110, 0.001), 12, 0.0001)

    for name, call in (
        ("ledger, reserve and settle", once),
        ("ledger, room for all", lambda: ledger.ample(METADATA, 110, 0.001)),
        ("ledger, room for one", lambda: ledger.shortfall("gpt", METADATA, 110, 0.001)),
    ):
        times = []
        for _ in range(200):
            start = time.process_time()
            for _ in range(100):
                call()
            times.append((time.process_time() - start) * 1e4)
        print(f"{name:32} {statistics.median(times):7.2f} µs")


def turning():
    clock = FakeClock(1e9)
    ledger = Ledger([Budget(id="users", per="hour", requests=1, each="user")], clock)
    for number in range(ACCOUNTS):
        ledger.settle(ledger.reserve("gpt", {"user": f"user {number}"}, 1, 0.0), 1, 0.0)
    clock.advance(3_600)
    gc.collect()
    start = time.process_time()
    ledger.reserve("gpt", METADATA, 1, 0.0)
    print(f"{'a window with 100,000 accounts':32} {(time.process_time() - start) * 1e3:7.1f} ms to turn")


def main():
    asyncio.run(compared(decide, "router.decide"))
    asyncio.run(compared(complete, "router.complete"))
    alone()
    turning()


if __name__ == "__main__":
    main()
