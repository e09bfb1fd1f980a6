"""What LangChain costs over a router, and over nothing.

Run `uv run python tests/benchmarks/langchain_overhead.py`.

Every chat model pays for LangChain's runs, callbacks and messages; FakeListChatModel pays for little else.
The ratio is what ChatInterlock costs over the router, as a share of what FakeListChatModel costs over a plain
call. "In turn" sets ChatInterlock against FakeListChatModel and the router called one after the other: a
handover to another thread, as in a synchronous call, costs more after other work than in a tight loop. The
router's provider answers in process. Everything takes turns within a round; prints medians in microseconds of
CPU a call, and the ratios' medians over the rounds.

Then the milliseconds of CPU that `import langchain_interlock` takes once langchain_core's chat models are
loaded, beside those and httpx: the least of several fresh interpreters, with bytecode at hand.
"""

import asyncio
import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable

from langchain_core.language_models import FakeListChatModel

from interlock import Answer, Router
from interlock.protocols import ProviderCall
from interlock.testing import ScriptedProvider, scripted_router
from langchain_interlock import ChatInterlock

PROMPT = "Write a short note to our customer in Lyon, whose parcel was lost by the carrier. " * 2
ROUNDS = 15
CALLS = 300
IMPORTS = 9
TARGET = {"ratio": 1.15, "import": 60.0}


class Ready(ScriptedProvider):
    """Says the same for ever, and remembers nothing."""

    async def complete(self, call: ProviderCall) -> Answer:
        self._steps.append(self._forever)
        answer = await super().complete(call)
        self.calls.clear()
        return answer

    def __init__(self, name: str) -> None:
        super().__init__(["Sorry."], name)
        self._forever = self._steps.popleft()


def router() -> Router:
    return scripted_router({name: Ready(name) for name in "abc"})


async def plain(prompt: str) -> str:
    return prompt and "Sorry."


async def each_async(calls: dict[str, Callable[[str], Awaitable[object]]]) -> dict[str, list[float]]:
    """Seconds of CPU a call, for each round."""
    rounds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            gc.collect()
            began = time.process_time()
            for _ in range(CALLS):
                await call(PROMPT)
            rounds[name].append((time.process_time() - began) / CALLS)
    return rounds


def each_sync(calls: dict[str, Callable[[str], object]]) -> dict[str, list[float]]:
    async def wrapped(call: Callable[[str], object], prompt: str) -> object:
        return call(prompt)

    return asyncio.run(
        each_async({name: lambda prompt, call=call: wrapped(call, prompt) for name, call in calls.items()})
    )


def report(kind: str, rounds: dict[str, list[float]]) -> None:
    figures = {name: statistics.median(values) * 1e6 for name, values in rounds.items()}
    print(f"{kind}: {', '.join(f'{name} {value:.0f} µs' for name, value in figures.items())}")
    columns = ("plain", "FakeListChatModel", "Router", "both", "ChatInterlock")
    ratios, in_turn = [], []
    for plain, fake, routed, both, ours in zip(*(rounds[name] for name in columns), strict=True):
        ratios.append((ours - routed) / (fake - plain))
        in_turn.append(1 + (ours - both) / (fake - plain))
    print(
        f"{kind}: {statistics.median(ratios):.2f} (at most {TARGET['ratio']}); "
        f"in turn {statistics.median(in_turn):.2f}"
    )


def import_times() -> dict[str, float]:
    """Milliseconds of CPU: langchain_core's chat models, and beyond them httpx and langchain_interlock."""
    core = "langchain_core.language_models.chat_models"
    begin = "import time\n{before}\nbegan = time.process_time()\nimport {module}\n"
    code = begin + "print((time.process_time() - began) * 1000)"
    cases = {
        "httpx": code.format(before="", module="httpx"),
        "langchain_core": code.format(before="", module=core),
        "langchain_interlock": code.format(before=f"import {core}", module="langchain_interlock"),
    }
    taken: dict[str, list[float]] = {name: [] for name in cases}
    with tempfile.TemporaryDirectory() as bytecode:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for _ in range(IMPORTS):
            for name, case in cases.items():
                run = subprocess.run(
                    [sys.executable, "-c", case], env=environment, capture_output=True, check=True
                )
                taken[name].append(float(run.stdout))
    return {name: min(values) for name, values in taken.items()}


def main() -> None:
    routed = router()
    chat, fake = ChatInterlock(router=routed), FakeListChatModel(responses=["Sorry."])

    async def both(prompt: str) -> None:
        await fake.ainvoke(prompt)
        await routed.complete(prompt)

    asynchronous = {
        "plain": plain,
        "FakeListChatModel": fake.ainvoke,
        "Router": routed.complete,
        "both": both,
        "ChatInterlock": chat.ainvoke,
    }
    report("async", asyncio.run(each_async(asynchronous)))
    synchronous = {
        "plain": lambda prompt: prompt and "Sorry.",
        "FakeListChatModel": fake.invoke,
        "Router": routed.complete_sync,
        "both": lambda prompt: (fake.invoke(prompt), routed.complete_sync(prompt)),
        "ChatInterlock": chat.invoke,
    }
    report("sync", each_sync(synchronous))
    taken = import_times()
    print(
        f"import: {taken['langchain_interlock']:.0f} ms (at most {TARGET['import']:.0f}) after "
        f"{taken['langchain_core']:.0f} ms of langchain_core; httpx takes {taken['httpx']:.0f} ms"
    )
    routed.close_sync()


if __name__ == "__main__":
    main()
