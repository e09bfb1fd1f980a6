"""What LangChain costs over a router, and over nothing.

Run `uv run python tests/benchmarks/langchain_overhead.py`.

Every chat model pays for LangChain's runs, callbacks and messages; FakeListChatModel pays for little else. So
what ChatInterlock adds to `Router.complete` is set against what FakeListChatModel adds to a plain call. The
router's provider answers in process. Everything takes turns within a round; prints medians in microseconds
of CPU a call, and the ratio of the two differences. Then the milliseconds that `import langchain_interlock`
takes once langchain_core's chat models are loaded, beside what those take, each in a fresh interpreter.
"""

import asyncio
import gc
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable

from langchain_core.language_models import FakeListChatModel

from interlock import Answer, Router
from interlock.protocols import Call
from interlock.testing import ScriptedProvider, scripted_router
from langchain_interlock import ChatInterlock

PROMPT = "Write a short note to our customer in Lyon, whose parcel was lost by the carrier. " * 2
ROUNDS = 15
CALLS = 300
IMPORTS = 9
TARGET = {"ratio": 1.15, "import": 60.0}


class Ready(ScriptedProvider):
    """Says the same for ever, and remembers nothing."""

    async def complete(self, call: Call) -> Answer:
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


async def each_async(calls: dict[str, Callable[[str], Awaitable[object]]]) -> dict[str, float]:
    """Median seconds of CPU a call."""
    rounds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            gc.collect()
            began = time.process_time()
            for _ in range(CALLS):
                await call(PROMPT)
            rounds[name].append((time.process_time() - began) / CALLS)
    return {name: statistics.median(values) for name, values in rounds.items()}


def each_sync(calls: dict[str, Callable[[str], object]]) -> dict[str, float]:
    async def wrapped(call: Callable[[str], object], prompt: str) -> object:
        return call(prompt)

    return asyncio.run(
        each_async({name: lambda prompt, call=call: wrapped(call, prompt) for name, call in calls.items()})
    )


def report(kind: str, seconds: dict[str, float]) -> None:
    ours = seconds["ChatInterlock"] - seconds["Router"]
    theirs = seconds["FakeListChatModel"] - seconds["plain"]
    figures = ", ".join(f"{name} {value * 1e6:.0f} µs" for name, value in seconds.items())
    print(f"{kind}: {figures}")
    print(
        f"{kind}: ChatInterlock adds {ours * 1e6:.0f} µs, FakeListChatModel {theirs * 1e6:.0f} µs: "
        f"{ours / theirs:.2f} (at most {TARGET['ratio']})"
    )


def import_times() -> list[tuple[float, float]]:
    """(langchain_core's chat models, langchain_interlock after them), in milliseconds."""
    code = (
        "import json, time\nfirst = time.perf_counter()\nimport langchain_core.language_models.chat_models\n"
        "second = time.perf_counter()\nimport langchain_interlock\n"
        "print(json.dumps([(second - first) * 1000, (time.perf_counter() - second) * 1000]))"
    )
    return [
        json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(IMPORTS)
    ]


def main() -> None:
    routed = router()
    chat, fake = ChatInterlock(router=routed), FakeListChatModel(responses=["Sorry."])
    asynchronous = {
        "plain": plain,
        "FakeListChatModel": fake.ainvoke,
        "Router": routed.complete,
        "ChatInterlock": chat.ainvoke,
    }
    report("async", asyncio.run(each_async(asynchronous)))
    synchronous = {
        "plain": lambda prompt: prompt and "Sorry.",
        "FakeListChatModel": fake.invoke,
        "Router": routed.complete_sync,
        "ChatInterlock": chat.invoke,
    }
    report("sync", each_sync(synchronous))
    theirs, ours = (statistics.median(each) for each in zip(*import_times(), strict=True))
    print(f"import: {ours:.0f} ms (at most {TARGET['import']:.0f}) after {theirs:.0f} ms of langchain_core")
    routed.close_sync()


if __name__ == "__main__":
    main()
