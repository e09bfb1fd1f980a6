"""What becomes of tokens that a model repeats, exactly and in its own ways; what that costs; what it delays:
`uv run python tests/benchmarks/privacy_restoring.py [conversations]`.

Every conversation has five turns, with values in questions, calls, results and answers. Each answer is
restored whole, in streams of 1, 3 and 7 characters and as a call's argument, and all must be alike.
"""

import asyncio
import random
import sys
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

sys.path.append(str(Path(__file__).parents[1] / "support"))

from interlock import Request
from interlock.protocols import GuardCall, ReleaseCall
from interlock.requests.passages import passages
from interlock_privacy import Privacy
from sealed_conversations import MANGLINGS, WORDS, Conversation, cut

MAIL = "ada@example.com"


def held(seed: int, count: int, write: Any = None) -> tuple[int, int, int]:
    """Tokens asked for, given back, and reported."""
    rnd = random.Random(seed)
    asked = told = reported = 0
    for _ in range(count):
        conversation = Conversation(rnd) if write is None else Conversation(rnd, write)
        for _ in range(5):
            conversation.turn()
        asked += conversation.asked
        told += conversation.told
        reported += conversation.reported
    return asked, told, reported


def restoring(conversations: int) -> None:
    began = perf_counter()
    asked, told, reported = held(1, conversations)
    lasted = perf_counter() - began
    print(f"exact: {told} of {asked} in {conversations} conversations, {reported} reported, {lasted:.0f} s")
    assert told == asked
    print("\n| mangling | tokens | restored | reported |\n| --- | --- | --- | --- |")
    for name, write in MANGLINGS.items():
        asked, told, reported = held(2, max(1, conversations // 20), write)
        print(f"| {name} | {asked} | {told / asked:.2%} | {reported} |")


def streaming() -> None:
    """Microseconds of CPU for each chunk, and how many chunks come before the first text leaves."""
    privacy = Privacy()
    request = Request(MAIL)
    verdict: Any = privacy.inspect(GuardCall(passages=passages(request), request=request))
    kept, (token,) = verdict.kept, verdict.texts.values()
    rnd = random.Random(3)
    words = [word for word in WORDS if word.isalpha()]
    for name, every in (("prose", 0), ("a token every 400 characters", 400), ("a token every 40", 40)):
        text = _told(rnd, words, token, every)
        for size in (1, 3, 7, 20, 60):
            pieces = list(cut(text, size))
            costs, late = [], 0
            for _ in range(9):
                pending, lasted, first = "", 0.0, False
                for number, piece in enumerate(pieces):
                    pending += piece
                    began = process_time()
                    release = privacy.release(ReleaseCall(text=pending, kept=kept))
                    lasted += process_time() - began
                    if release.upto and not first:
                        first, late = True, number
                    pending = pending[release.upto :]
                costs.append(lasted / len(pieces))
            base = min(_replacing(pieces, token) for _ in range(9))
            cost = min(costs)
            print(
                f"{name}, chunks of {size}: {cost * 1e6:.1f} µs of CPU a chunk, "
                f"{cost / base:.1f} times a chunk's str.replace; the first text is {late} chunks late"
            )


def _told(rnd: random.Random, words: list[str], token: str, every: int) -> str:
    """10,000 characters of prose, with a token after so many each time, with its brackets or without."""
    said, size, since = [], 0, 0
    while size < 10_000:
        word = rnd.choice(words)
        if every and since >= every:
            word, since = rnd.choice((token, token[1:-1])), 0
        said.append(word)
        size, since = size + len(word) + 1, since + len(word) + 1
    return " ".join(said)


def _replacing(pieces: list[str], token: str) -> float:
    began = process_time()
    for piece in pieces:
        ReleaseCall(text=piece.replace(token, MAIL))
    return (process_time() - began) / len(pieces)


async def blocking() -> None:
    """CPU between two turns of the loop while a large request is looked into, and while nothing is."""
    privacy = Privacy()
    text = " ".join(f"It rained all day, and ada{at}@example.com said so to nobody." for at in range(15_000))
    request = Request(text)
    shown = passages(request)
    turns = Turns()
    counting = asyncio.create_task(turns.count())
    await asyncio.sleep(1)
    print(f"looking into nothing: others wait for at most {turns.longest() * 1e3:.1f} ms of CPU")
    began = process_time()
    waited: Any = privacy.inspect(GuardCall(passages=shown, request=request))
    await waited
    lasted, longest = process_time() - began, turns.longest()
    print(f"{len(text) / 1e6:.1f} MB, {lasted:.2f} s: others wait for at most {longest * 1e3:.1f} ms of CPU")
    counting.cancel()


class Turns:
    """Takes each turn of the loop that it can have."""

    def __init__(self) -> None:
        self._longest = 0.0

    async def count(self) -> None:
        last = process_time()
        while True:
            await asyncio.sleep(0)
            self._longest, last = max(self._longest, process_time() - last), process_time()

    def longest(self) -> float:
        longest, self._longest = self._longest, 0.0
        return longest


if __name__ == "__main__":
    restoring(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    print()
    streaming()
    print()
    asyncio.run(blocking())
