"""Through how many files and rooms a warm call leads: `uv run python tests/house/walk.py [--files]`.

A room is a folder. Two deployments, the OpenAI dialect, a loopback vendor; every function entered counts.
Nobody is asked for a second opinion on the task.
"""

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePath
from types import FrameType

import interlock
import interlock_openai
from interlock import Router
from interlock.assembly import assemble
from interlock.testing import Upstream
from interlock.testing.upstream import Reply

HOMES = {Path(package.__file__).parent: package.__name__ for package in (interlock, interlock_openai)}
ANSWER = {"id": "1", "model": "gpt-5.5"}
ENDED = {"index": 0, "finish_reason": "stop"}
USAGE = {"usage": {"prompt_tokens": 3, "completion_tokens": 2}}
WHOLE = ANSWER | USAGE | {"choices": [ENDED | {"message": {"role": "assistant", "content": "one two"}}]}
PIECES = (
    *(ANSWER | {"choices": [{"index": 0, "delta": {"content": word}}]} for word in ("one ", "two")),
    ANSWER | USAGE | {"choices": [ENDED | {"delta": {}}]},
    "[DONE]",
)
# In one piece: how many come together otherwise is the machine's affair.
STREAM = Reply.raw(Reply.events(*PIECES).body, kind="text/event-stream")
REPLIES = {"plain": Reply.json(WHOLE), "streamed": STREAM}


@dataclass(frozen=True)
class Walk:
    """The files whose functions were entered, in order, as `interlock/engine/run.py`."""

    steps: tuple[PurePath, ...]

    @property
    def files(self) -> set[PurePath]:
        return set(self.steps)

    @property
    def changes_of_room(self) -> int:
        return sum(one.parent != other.parent for one, other in pairwise(self.steps))

    def __str__(self) -> str:
        return f"{len(self.files)} files entered, {self.changes_of_room} changes of room"


def walked(kind: str) -> Walk:
    """A warm call's walk; `kind` is plain or streamed. Of three, the one in which the fewest pieces came."""
    walks = [Walk(tuple(asyncio.run(_steps(kind)))) for _ in range(3)]
    return min(walks, key=lambda walk: walk.changes_of_room)


async def _steps(kind: str) -> list[PurePath]:
    steps: list[PurePath] = []

    def entered(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            steps.extend(_place(Path(frame.f_code.co_filename)))

    with Upstream(*[REPLIES[kind]] * 3) as upstream:
        common = {"base_url": f"{upstream.url}/v1", "api_key": "none", "region": "eu"}
        models = {"a": ("openai/gpt-5.5", "openai"), "b": ("mistral/mistral-large-3", "mistral")}
        deployments = [
            {"id": name, "model": model, "provider": provider, **common}
            for name, (model, provider) in models.items()
        ]
        config = {"deployments": deployments, "plugins": {"disabled": ["embeddings"]}}
        async with Router(assemble(config, environ={})) as router:
            for _ in range(2):
                await _call(router, kind)
            before = sys.getprofile()
            sys.setprofile(entered)
            try:
                await _call(router, kind)
            finally:
                sys.setprofile(before)
    return steps


async def _call(router: Router, kind: str) -> None:
    if kind == "plain":
        await router.complete("Say one, two.")
        return
    async for _ in router.stream("Say one, two."):
        pass


def _place(file: Path) -> Iterator[PurePath]:
    for home, name in HOMES.items():
        if file.is_relative_to(home) and "testing" not in file.parts:
            yield name / PurePath(file.relative_to(home))


if __name__ == "__main__":
    for kind in REPLIES:
        walk = walked(kind)
        print(f"{kind}: {walk}")
        if "--files" in sys.argv:
            print(*sorted(walk.files), sep="\n")
