"""An agent that carries out runs of two effects each, one after another and some at once, until it is killed.

    python random_acting.py '{"store": URL, "world": {…}, "models": [URL, …], "key": …, "folder": …}'

Prints a line once it is ready. Runs are numbered, and each process carries out all of them: what another one
has done is done. SIGTERM has it end once every run is done that it has begun.
"""

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "kills"))
import service

from interlock import InterlockError, Router
from interlock_agents import Agent

AT_ONCE = 3
RESTS = 0.3
SETTLES = 0.5
APIS = ("keyed", "readable")
PLAN = {
    "goal": "Ask, and act twice",
    "inputs": {"run": {"type": "string"}},
    "nodes": [
        {"id": "asked", "do": "model", "prompt": "${inputs.run}", "settings": {"max_tokens": 64}},
        *(
            {
                "id": api,
                "do": "tool",
                "tool": f"{api}__act",
                "with": {"title": f"${{inputs.run}}-{number}"},
                "after": "asked",
            }
            for number, api in enumerate(APIS)
        ),
    ],
}


def router(told: dict[str, Any]) -> Router:
    deployment = {"model": "test/m", "provider": "openai-compatible", "region": "eu", "api_key": told["key"]}
    return Router.from_config(
        {
            "models": [{"id": "test/m", "context_window": 100_000}],
            "deployments": [
                deployment | {"id": f"server{number}", "base_url": f"{url}/v1"}
                for number, url in enumerate(told["models"])
            ],
            "connectors": [
                {
                    "id": api,
                    "connector": "world",
                    "region": "local",
                    "base_url": told["world"][api],
                    "options": {"api": api, "horizon": SETTLES},
                }
                for api in APIS
            ],
            "plugins": {"disabled": ["embeddings"]},
        },
        plugins=[service],
    )


class Acting:
    """Takes one number after another, where its last life has stopped."""

    def __init__(self, agent: Agent, folder: Path) -> None:
        self._agent = agent
        self._begun = folder / "begun"
        self.ending = asyncio.Event()

    async def work(self) -> None:
        numbers = self._begun.read_text("ascii").split() if self._begun.exists() else []
        self._next = max(map(int, numbers), default=-1) + 1
        left = [f"run{number}" for number in numbers[-2 * AT_ONCE :]] + list(await self._agent.unfinished())
        await asyncio.gather(*(self._done(run) for run in dict.fromkeys(left)))
        await asyncio.gather(*(self._one_after_another() for _ in range(AT_ONCE)))
        await asyncio.gather(*(self._done(run) for run in await self._agent.unfinished()))

    async def _one_after_another(self) -> None:
        while not self.ending.is_set():
            number, self._next = self._next, self._next + 1
            with self._begun.open("a", encoding="ascii") as file:
                file.write(f"{number}\n")
            await self._done(f"run{number}")
            await asyncio.sleep(RESTS)

    async def _done(self, run: str) -> None:
        while True:
            try:
                found = await self._agent.run(plan=PLAN, inputs={"run": run}, run=run)
            except InterlockError as error:
                print(f"{run}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            else:
                if found.state == "done":
                    return
                print(f"{run}: {found.state}", file=sys.stderr, flush=True)
            await asyncio.sleep(RESTS)


async def main() -> None:
    told = json.loads(sys.argv[1])
    async with (
        router(told) as made,
        Agent(made, store=told["store"], stuck="fail", unpriced="allow") as agent,
    ):
        acting = Acting(agent, Path(told["folder"]))
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, acting.ending.set)
        print("ready", flush=True)
        await acting.work()


if __name__ == "__main__":
    asyncio.run(main())
