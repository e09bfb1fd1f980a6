"""What a whole routed call costs beside a bare one: `uv run python tests/benchmarks/overhead.py`.

The upstream is that of transport.py, in a process of its own. CPU is this process's; the two take turns
within a round. Prints medians in microseconds a call and the median of the rounds' ratios; for a stream,
microseconds an event, and what the routed one has more than the same lines out of httpx. OpenTelemetry's API
is loaded, without an SDK.
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
import opentelemetry.trace  # noqa: F401 - so that each call asks whether somebody traces
from transport import EVENTS

from interlock import Router
from interlock.assembly import assemble

PROMPT = "Write a short note to our customer in Lyon, whose parcel was lost by the carrier. " * 2
ROUNDS = 7


def router(port: int, path: str = "/v1") -> Router:
    common = {"base_url": f"http://127.0.0.1:{port}{path}", "api_key": "benchmark", "region": "us"}
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


async def compare_streams(port: int) -> None:
    url = f"http://127.0.0.1:{port}/stream/v1/chat/completions"
    body = {"model": "m", "messages": [{"role": "user", "content": PROMPT}], "stream": True}
    async with router(port, "/stream/v1") as routed, httpx.AsyncClient(timeout=60) as http:

        async def ours() -> int:
            async with routed.stream(PROMPT) as stream:
                return len([chunk.text async for chunk in stream])

        async def bare() -> int:
            async with http.stream("POST", url, json=body) as reply:
                return len([line async for line in reply.aiter_lines() if line.startswith("data:")])

        for concurrency, calls in ((1, 20), (16, 64)):
            more: list[tuple[float, ...]] = []
            for _ in range(ROUNDS):
                gc.collect()
                mine = await timed(ours, concurrency, calls)
                gc.collect()
                other = await timed(bare, concurrency, calls)
                more.append((*mine, *other))
            figures = (statistics.median(column) / EVENTS * 1e6 for column in zip(*more, strict=True))
            wall, cpu, other_wall, other_cpu = figures
            print(
                f"{concurrency:3} streams at once, an event: routed {wall:.1f} µs ({cpu:.1f} CPU), httpx "
                f"{other_wall:.1f} µs ({other_cpu:.1f} CPU), more: "
                f"{wall - other_wall:+.1f} µs ({cpu - other_cpu:+.1f} CPU)"
            )


def main() -> None:
    command = [sys.executable, str(Path(__file__).with_name("transport.py")), "--serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as upstream:
        try:
            assert upstream.stdout is not None
            port = int(upstream.stdout.readline())
            asyncio.run(compare(port))
            asyncio.run(compare_streams(port))
        finally:
            upstream.kill()


if __name__ == "__main__":
    main()
