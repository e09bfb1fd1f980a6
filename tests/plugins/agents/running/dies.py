"""A process that works on a run and dies where it is told to: `python dies.py FOLDER RUN DIES`."""

import asyncio
import os
import sys
from pathlib import Path

from drawers import Drawer, Plugin
from interlock import Repeat, ToolOutcome, tool_of
from interlock.protocols import ToolRun
from interlock.testing import scripted_router
from interlock_agents import Agent

FOLDER, RUN, DIES = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
WORLD = FOLDER / "world.txt"
THOUGHTS = FOLDER / "thoughts.txt"
PLAN = {
    "nodes": [
        {"id": "one", "do": "model", "prompt": "Send.", "tools": ["send"], "out": {"type": "integer"}},
        {"id": "two", "do": "tool", "tool": "send", "with": {"text": "two, after ${one}"}},
        {"id": "three", "do": "tool", "tool": "send", "with": {"text": "three"}, "after": "two"},
    ]
}


def die(where: str) -> None:
    """End as a power cut would, once."""
    mark = FOLDER / f"died at {where}"
    if where == DIES and not mark.exists():
        mark.touch()
        os._exit(9)


def send(text: str, run: ToolRun) -> ToolOutcome:
    """The service: it heeds keys."""
    die(f"before {text[:3]}")
    known = WORLD.read_text().splitlines() if WORLD.exists() else []
    if not any(line.startswith(run.key) for line in known):
        with WORLD.open("a") as world:
            world.write(f"{run.key} {text}\n")
    die(f"after {text[:3]}")
    return ToolOutcome(outcome="done", content="sent")


def policy(call):
    """Think, which is written down, and send one thing."""
    with THOUGHTS.open("a") as thoughts:
        thoughts.write(f"{call.number}\n")
    die(f"thinking {call.number}")
    return call.say(1) if call.history else call.use("send", text="one")


async def main() -> None:
    plugin = Plugin(Drawer("desk", tool_of(send, effect="write", repeat=Repeat("key"))))
    router = scripted_router({"m": []}, plugins=[plugin], connectors=[{"id": "desk", "connector": "desk"}])
    async with Agent(router, folder=FOLDER, policy=policy, lease=0.5) as agent:
        run = await agent.run(PLAN, run=RUN)
        print(run.state, run.calls, run.values)
    await router.aclose()


asyncio.run(main())
