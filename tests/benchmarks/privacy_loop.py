"""For how long a loop stands still while texts are looked into: what `privacy_cost.py --loop` prints.

Each figure is the longest time between two turns of somebody who takes every turn there is, in milliseconds
that the process had a processor, and all of its threads; of several rounds the best and the worst. Beside
them is what a call costs that looks into nothing. The provider is in this process and says one word, or,
where an answer is restored, the request's own text.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from functools import cache, partial
from time import process_time
from typing import Any

from interlock import Answer, Delta, Request, Text, Usage
from interlock.engine.guarding.sensing import Sensing
from interlock.protocols import GuardCall
from interlock.requests.passages import passages
from interlock.testing import Step, scripted_router
from interlock_privacy import Privacy

SIZES = (50_000, 200_000, 1_000_000)
ROUNDS = 5
BOUND = 5.0
POLICIES = {
    "default": "internal",
    "detected": {"*": "personal"},
    "rules": [{"id": "all", "level": ["internal", "personal"], "permit": "any"}],
}
GUARDED: dict[str, Any] = {"guardrails": {"privacy": {}}}
SENSED: dict[str, Any] = {**GUARDED, "policies": POLICIES}
Work = Callable[[], Awaitable[Any]]


async def gap(work: Work) -> tuple[float, float]:
    """The longest time between two turns while work goes on, and how long that took, in milliseconds."""
    longest, last, running = 0.0, process_time(), True

    async def tick() -> None:
        nonlocal longest, last
        while running:
            now = process_time()
            longest, last = max(longest, now - last), now
            await asyncio.sleep(0)

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0)
    began = process_time()
    await work()
    lasted = process_time() - began
    running = False
    await ticking
    return longest * 1e3, lasted * 1e3


def answer(said: str) -> Answer:
    usage = Usage(input_tokens=1, output_tokens=1)  # what nobody counted would be counted
    return Answer(parts=(Text(said),), finish_reason="stop", usage=usage)


def echoing(call: Any) -> Answer:
    return answer(call.request.messages[-1].text)


def echoing_in_pieces(call: Any) -> list[Delta]:
    return in_pieces(call.request.messages[-1].text)


@cache
def in_pieces(said: str) -> list[Delta]:
    pieces = [Delta(said[at : at + 20]) for at in range(0, len(said), 20)]
    return [*pieces, Delta(finish_reason="stop", usage=Usage(input_tokens=1, output_tokens=1))]


async def inspected(privacy: Privacy, request: Request) -> None:
    verdict: Any = privacy.inspect(GuardCall(passages=passages(request), request=request))
    if asyncio.iscoroutine(verdict):
        await verdict


async def streamed(router: Any, request: Request) -> None:
    async for _ in router.stream(request):
        pass


async def told(name: str, work: Work) -> tuple[str, float]:
    found = [await gap(work) for _ in range(ROUNDS)]
    gaps = sorted(each[0] for each in found)
    lasted = min(each[1] for each in found)
    print(f"{name}: {gaps[0]:.1f} to {gaps[-1]:.1f} ms, of {lasted:.0f} ms", flush=True)
    return name, gaps[0]


async def calls(about: str, request: Request) -> list[tuple[str, float]]:
    done = []
    for what, said, config in (
        ("a call, looked into by nobody", lambda _: answer("Yes."), {}),
        ("a call, sealed", lambda _: answer("Yes."), GUARDED),
        ("a call, sensed and sealed", lambda _: answer("Yes."), SENSED),
        ("a call and its long answer, by nobody", echoing, {}),
        ("a call and its long answer, sealed and restored", echoing, GUARDED),
        ("a stream, by nobody", echoing_in_pieces, {}),
        ("a stream, sealed and restored", echoing_in_pieces, GUARDED),
    ):
        router = scripted_router({"model": [Step(said)] * ROUNDS}, **config)
        work = partial(streamed, router) if said is echoing_in_pieces else router.complete
        done.append(await told(f"{about}, {what}", partial(work, request)))
        await router.aclose()
    return done


async def main(texts: dict[str, Callable[[int], str]]) -> list[str]:
    """What is beyond the bound, of what is looked into."""
    privacy = Privacy()
    sensing = Sensing([privacy])
    done = []
    for size in SIZES:
        for name, made in texts.items():
            request, about = Request(made(size)), f"{size // 1000} kB of {name}"
            done.append(await told(f"{about}, the guardrail", partial(inspected, privacy, request)))
            done.append(await told(f"{about}, sensing", partial(sensing.unhurried, request)))
            done += await calls(about, request)
    return [f"{name}: {least:.1f} ms" for name, least in done if least > BOUND and "nobody" not in name]


if __name__ == "__main__":
    sys.exit(__doc__)
