"""What many calls leave behind, and what becomes of them when deployments die.

    uv run python tests/benchmarks/soak.py streams [--many 2000]
    uv run python tests/benchmarks/soak.py memory [--many 100000]
    uv run python tests/benchmarks/soak.py cancelled [--many 10000]
    uv run python tests/benchmarks/soak.py killed [--seconds 60]

Upstreams are those of echo.py, on loopback, each in a process of its own. Each ends with exit code 1 when
what it is to show does not hold.
"""

import argparse
import asyncio
import collections
import contextlib
import gc
import random
import resource
import statistics
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

from echo import words_for

from interlock import InterlockError, Router
from interlock.assembly import assemble

MODELS = ("openai/gpt-5.5", "zhipu/glm-5.2", "mistral/mistral-large-3", "deepseek/deepseek-v3")


class Upstream:
    """An echo in a process; `answered` collects what it says that it answered."""

    def __init__(self, gap: float) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("echo.py")), str(gap)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())
        self.answered: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.answered.extend(line.strip() for line in self.process.stdout)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()


@contextlib.contextmanager
def upstreams(count: int, gap: float) -> Iterator[list[Upstream]]:
    made = [Upstream(gap) for _ in range(count)]
    try:
        yield made
    finally:
        for upstream in made:
            upstream.kill()


def router(*ports: int) -> Router:
    deployments = [
        {
            "id": f"d{index}",
            "model": MODELS[index],
            "provider": "openai-compatible",
            "base_url": f"http://127.0.0.1:{port}/v1",
            "region": "eu",
            "api_key": "soak",
        }
        for index, port in enumerate(ports)
    ]
    return Router(assemble({"deployments": deployments, "routes": {}}, environ={}))


def resident() -> float:
    """Megabytes."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def sockets() -> int:
    """Open sockets of this process."""
    found = 0
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # the one that lists them is gone by now
            found += str(entry.readlink()).startswith("socket:")
    return found


async def one_stream(routed: Router, name: str) -> tuple[str, int]:
    """The streamed text, and the most seconds between two chunks."""
    pieces = []
    async with routed.stream(f"{name} please", task="conversational") as stream:
        async for chunk in stream:
            pieces.append(chunk.text)
    return "".join(pieces), len(pieces)


async def streams(many: int) -> bool:
    """As many streams at once, begun at 400 a second, each open for 15 seconds."""
    with upstreams(2, 500) as (first, second):
        async with router(first.port, second.port) as routed:
            await one_stream(routed, "warm")
            started, before = time.perf_counter(), resident()
            lags: list[float] = []
            ticking = asyncio.create_task(_tick(lags))
            running = []
            for index in range(many):
                running.append(asyncio.create_task(one_stream(routed, f"s{index}")))
                await asyncio.sleep(max(0.0, started + (index + 1) / 400 - time.perf_counter()))
            open_at_once = sum(not task.done() for task in running)
            ended = await asyncio.gather(*running)
            ticking.cancel()
            whole = sum(text == "".join(words_for(f"s{index}")) for index, (text, _) in enumerate(ended))
            print(
                f"{open_at_once} streams at once: {whole} whole, {time.perf_counter() - started:.1f} s "
                f"(15 s and the start at the least), {(resident() - before) / many * 1024:.0f} KiB each, "
                f"loop late by {statistics.median(lags) * 1e3:.0f} ms (median), "
                f"{max(lags) * 1e3:.0f} ms (most)"
            )
    return whole == many


async def _tick(lags: list[float]) -> None:
    while True:
        due = time.perf_counter() + 0.05
        await asyncio.sleep(0.05)
        lags.append(time.perf_counter() - due)


async def memory(many: int) -> bool:
    with upstreams(1, 0) as (upstream,):
        async with router(upstream.port) as routed:

            async def work(times: int) -> None:
                for index in range(times):
                    if index % 4:
                        await routed.complete(f"c{index} please", task="conversational")
                    else:
                        await one_stream(routed, f"c{index}")

            async def run(calls: int) -> None:
                await asyncio.gather(*(work(calls // 20) for _ in range(20)))
                upstream.answered.clear()
                gc.collect()

            await run(4_000)  # the ring of records and every memory are full now
            tracemalloc.start()
            await run(2_000)
            traced, rss = tracemalloc.get_traced_memory()[0], resident()
            print(f"after   6,000 calls: {traced / 2**10:8.0f} KiB traced, {rss:6.1f} MiB resident")
            for part in range(1, 5):
                await run(many // 4)
                now = tracemalloc.get_traced_memory()[0]
                calls = 6_000 + part * many // 4
                print(
                    f"after {calls:7,} calls: {now / 2**10:8.0f} KiB traced, {resident():6.1f} MiB resident"
                )
            grown = tracemalloc.get_traced_memory()[0] - traced
            tracemalloc.stop()
            print(f"{grown / many:.2f} bytes a call, {resident() - rss:+.1f} MiB resident")
    return grown / many < 4


async def cancelled(many: int) -> bool:
    with upstreams(1, 50) as (upstream,):
        routed = router(upstream.port)
        await routed.complete("warm please")
        tasks, before = len(asyncio.all_tasks()), sockets()
        pick = random.Random(1)

        async def one(index: int) -> None:
            name = f"x{index}"
            call = one_stream(routed, name) if index % 2 else routed.complete(f"{name} please")
            task = asyncio.ensure_future(call)
            await asyncio.sleep(pick.random() * 0.04)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

        for start in range(0, many, 200):
            await asyncio.gather(*(one(index) for index in range(start, start + 200)))
        await asyncio.sleep(0.2)
        left = len(asyncio.all_tasks()) - tasks
        open_now = sockets() - before
        response = await routed.complete("after please")
        await routed.aclose()
        await asyncio.sleep(0.1)
        closed = sockets() - before + 1  # the one that was kept warm before
        print(
            f"{many} cancelled calls: {left} tasks and {open_now} sockets more than before, "
            f"{max(0, closed)} sockets after aclose; the next call answers {response.text[:9]!r}"
        )
    return left == 0 and open_now <= 0 and closed <= 0


async def killed(seconds: float) -> bool:
    """200 calls a second on four deployments, of which three are killed at random moments."""
    rate = 200
    pick = random.Random()
    with upstreams(4, 3) as made:
        async with router(*(upstream.port for upstream in made)) as routed:
            outcomes: collections.Counter[str] = collections.Counter()
            answered_by: collections.Counter[str] = collections.Counter()
            attempts = 0
            took: list[float] = []

            async def one(index: int) -> None:
                nonlocal attempts
                name = f"k{index}"
                started = time.perf_counter()
                try:
                    if index % 2:
                        async with routed.stream(f"{name} please") as stream:
                            text = "".join([chunk.text async for chunk in stream])
                        response = stream.response
                    else:
                        response = await routed.complete(f"{name} please")
                        text = response.text
                except InterlockError as error:
                    outcomes[type(error).__name__] += 1
                    return
                took.append(time.perf_counter() - started)
                good = response is not None and text == response.text == "".join(words_for(name))
                outcomes["whole" if good else "broken"] += 1
                if response is not None:
                    attempts += len(response.record.attempts)
                    answered_by[response.deployment] += 1

            victims = pick.sample(made, 3)
            moments = sorted(pick.uniform(0.1, 0.9) * seconds for _ in victims)
            begun = time.perf_counter()
            running: set[asyncio.Task[None]] = set()
            for index in range(int(seconds * rate)):
                now = time.perf_counter() - begun
                while moments and now >= moments[0]:
                    moments.pop(0)
                    victim = victims.pop()
                    victim.process.kill()
                    print(f"{now:6.1f} s: killed d{made.index(victim)}")
                task = asyncio.create_task(one(index))
                running.add(task)
                task.add_done_callback(running.discard)
                await asyncio.sleep(max(0.0, begun + (index + 1) / rate - time.perf_counter()))
            await asyncio.gather(*running)
        for upstream in made:
            upstream.kill()
        times = collections.Counter(name for upstream in made for name in upstream.answered)
        twice = [name for name, count in times.items() if count > 1]
    calls = sum(outcomes.values())
    took.sort()
    middle, late = took[len(took) // 2], took[int(len(took) * 0.99)]
    print(f"{calls} calls: {dict(outcomes)}, {attempts} attempts, {len(twice)} answered twice")
    print(f"answered by {dict(answered_by)}")
    print(f"median {middle:.3f} s, 99 % within {late:.3f} s, most {took[-1]:.3f} s")
    return outcomes["whole"] == calls and not twice


def main() -> None:
    parser = argparse.ArgumentParser(description="What many calls leave behind.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, option, default in (
        ("streams", "--many", 2_000),
        ("memory", "--many", 100_000),
        ("cancelled", "--many", 10_000),
        ("killed", "--seconds", 60),
    ):
        verbs.add_parser(verb).add_argument(option, type=int, default=default)
    options = vars(parser.parse_args())
    run = {"streams": streams, "memory": memory, "cancelled": cancelled, "killed": killed}[
        options.pop("verb")
    ]
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit[1], limit[1]))
    sys.exit(0 if asyncio.run(run(*options.values())) else 1)


if __name__ == "__main__":
    main()
