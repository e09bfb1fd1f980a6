"""What a whole routed call costs beside a bare one: `uv run python tests/benchmarks/overhead.py`.

The upstream is that of transport.py, in a process of its own. CPU is this process's; the two take turns
within a round. Prints medians in microseconds a call and the median of the rounds' ratios.
"""

import asyncio
import gc
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from interlock import Router
from interlock.assembly import assemble

PROMPT = "Write a short note to our customer in Lyon, whose parcel was lost by the carrier. " * 2
ROUNDS = 7


def router(port: int) -> Router:
    common = {"base_url": f"http://127.0.0.1:{port}/v1", "api_key": "benchmark", "region": "us"}
    deployments = [
        {"id": name, "model": model, "provider": provider, **common}
        for name, model, provider in (
            ("a", "openai/gpt-5.5", "openai"),
            ("b", "zhipu/glm-5.2", "zhipu"),
            ("c", "mistral/mistral-large-3", "mistral"),
        )
    ]
    return Router(assemble({"deployments": deployments}, environ={}))


async def timed(one: Callable[[], Awaitable[object]], concurrency: int, calls: int) -> tuple[float, float]:
    """Wall and CPU seconds a call."""

    async def work(times: int) -> None:
        for _ in range(times):
            await one()

    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(work(calls // concurrency) for _ in range(concurrency)))
    return (time.perf_counter() - wall) / calls, (time.process_time() - cpu) / calls


async def compare(port: int) -> None:
    url = f"http://127.0.0.1:{port}/v1/chat/completions"
    body = {"model": "m", "messages": [{"role": "user", "content": PROMPT}]}
    async with router(port) as routed, httpx.AsyncClient(timeout=60) as http:

        async def ours() -> str:
            return (await routed.complete(PROMPT)).text

        async def bare() -> str:
            reply = await http.post(url, json=body, headers={"authorization": "Bearer benchmark"})
            return str(json.loads(reply.content)["choices"][0]["message"]["content"])

        for concurrency, calls in ((1, 400), (32, 1_600)):
            figures: dict[str, list[tuple[float, float]]] = {"interlock": [], "httpx": []}
            for _ in range(ROUNDS):
                for name, one in (("interlock", ours), ("httpx", bare)):
                    gc.collect()
                    figures[name].append(await timed(one, concurrency, calls))
            for index, what in enumerate(("wall", "CPU")):
                mine, other = (
                    statistics.median(pair[index] for pair in figures[name]) * 1e6
                    for name in ("interlock", "httpx")
                )
                ratio = statistics.median(
                    left[index] / right[index]
                    for left, right in zip(figures["interlock"], figures["httpx"], strict=True)
                )
                pair = f"routed {mine:7.0f} µs, httpx {other:7.0f} µs, ratio {ratio:.2f}"
                print(f"{concurrency:3} at once, {what:4}: {pair}")


def main() -> None:
    command = [sys.executable, str(Path(__file__).with_name("transport.py")), "--serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as upstream:
        try:
            assert upstream.stdout is not None
            asyncio.run(compare(int(upstream.stdout.readline())))
        finally:
            upstream.kill()


if __name__ == "__main__":
    main()
