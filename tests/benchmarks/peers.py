"""What a call costs over Interlock, over its peers, and over httpx alone, side by side.

    uv run --with litellm --with langchain-openai python tests/benchmarks/peers.py

The upstream is that of transport.py, in a process of its own. Every contender asks it the same through a
client of its own, and has a fallback configured that is never needed. They take turns within a round, so that
a busy machine slows all alike. Prints medians of wall and CPU time a call in microseconds, and the median of
the rounds' ratios to httpx. A contender that is not installed is left out. `--json` prints data.
"""

import argparse
import asyncio
import gc
import importlib.metadata
import importlib.util
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
from overhead import PROMPT, router, timed

One = Callable[[], Awaitable[object]]
LOADS = ((1, 200), (32, 960))
BARE = "httpx"


async def bare(port: int, stack: AsyncExitStack) -> One:
    client = await stack.enter_async_context(httpx.AsyncClient(timeout=60))
    url = f"http://127.0.0.1:{port}/v1/chat/completions"
    body = {"model": "gpt-5.5", "messages": [{"role": "user", "content": PROMPT}]}

    async def one() -> str:
        reply = await client.post(url, json=body, headers={"authorization": "Bearer benchmark"})
        return str(json.loads(reply.content)["choices"][0]["message"]["content"])

    return one


async def interlock(port: int, stack: AsyncExitStack) -> One:
    routed = await stack.enter_async_context(router(port))

    async def one() -> str:
        return (await routed.complete(PROMPT)).text

    return one


async def chat_interlock(port: int, stack: AsyncExitStack) -> One:
    from langchain_interlock import ChatInterlock

    model = ChatInterlock(router=await stack.enter_async_context(router(port)))

    async def one() -> object:
        return (await model.ainvoke(PROMPT)).content

    return one


async def litellm_router(port: int, stack: AsyncExitStack) -> One:
    import litellm

    deployments = [
        {
            "model_name": name,
            "litellm_params": {
                "model": "openai/gpt-5.5",
                "api_base": f"http://127.0.0.1:{port}/v1",
                "api_key": "benchmark",
            },
        }
        for name in ("first", "second")
    ]
    routed = litellm.Router(model_list=deployments, fallbacks=[{"first": ["second"]}], num_retries=2)
    messages = [{"role": "user", "content": PROMPT}]

    async def one() -> object:
        return (await routed.acompletion(model="first", messages=messages)).choices[0].message.content

    return one


async def with_fallbacks(port: int, stack: AsyncExitStack) -> One:
    from langchain_openai import ChatOpenAI

    def chat() -> ChatOpenAI:
        return ChatOpenAI(model="gpt-5.5", base_url=f"http://127.0.0.1:{port}/v1", api_key="benchmark")

    model = chat().with_fallbacks([chat()])

    async def one() -> object:
        return (await model.ainvoke(PROMPT)).content

    return one


CONTENDERS = {
    BARE: ("httpx", bare),
    "interlock Router": ("interlock", interlock),
    "ChatInterlock": ("langchain-interlock", chat_interlock),
    "litellm.Router": ("litellm", litellm_router),
    "ChatOpenAI.with_fallbacks": ("langchain-openai", with_fallbacks),
}


def installed(distribution: str) -> bool:
    return importlib.util.find_spec(distribution.replace("-", "_")) is not None


async def compare(port: int, rounds: int) -> dict[str, dict[str, dict[str, float]]]:
    """Load -> contender -> wall and CPU microseconds and ratios."""
    results: dict[str, dict[str, dict[str, float]]] = {}
    async with AsyncExitStack() as stack:
        ones = {
            name: await make(port, stack)
            for name, (distribution, make) in CONTENDERS.items()
            if installed(distribution)
        }
        for one in ones.values():
            await timed(one, 8, 40)
        for concurrency, calls in LOADS:
            figures: dict[str, list[tuple[float, float]]] = {name: [] for name in ones}
            for _ in range(rounds):
                for name, one in ones.items():
                    gc.collect()
                    figures[name].append(await timed(one, concurrency, calls))
            results[f"{concurrency} at once"] = {
                name: summary(found, figures[BARE]) for name, found in figures.items()
            }
    return results


def summary(found: list[tuple[float, float]], beside: list[tuple[float, float]]) -> dict[str, float]:
    facts = {}
    for index, what in enumerate(("wall", "cpu")):
        facts[f"{what}_us"] = statistics.median(pair[index] for pair in found) * 1e6
        facts[f"{what}_ratio"] = statistics.median(
            own[index] / other[index] for own, other in zip(found, beside, strict=True)
        )
    return facts


def main() -> None:
    parser = argparse.ArgumentParser(description="Interlock beside its peers, over one canned upstream.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print the figures as data")
    options = parser.parse_args()
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # its import would ask the network for prices
    command = [sys.executable, str(Path(__file__).with_name("transport.py")), "--serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as upstream:
        try:
            assert upstream.stdout is not None
            results = asyncio.run(compare(int(upstream.stdout.readline()), options.rounds))
        finally:
            upstream.kill()
    if options.json:
        print(json.dumps(results, indent=2))
        return
    for load, rows in results.items():
        print(f"\n{load:28} wall µs   ratio    CPU µs   ratio")
        for name, facts in rows.items():
            wall, cpu = (
                f"{facts[f'{what}_us']:9.0f} {facts[f'{what}_ratio']:7.2f}" for what in ("wall", "cpu")
            )
            print(f"{name:26} {wall} {cpu}")
    versions = {distribution for distribution, _ in CONTENDERS.values() if installed(distribution)}
    print("\n" + ", ".join(f"{name} {importlib.metadata.version(name)}" for name in sorted(versions)))


if __name__ == "__main__":
    main()
