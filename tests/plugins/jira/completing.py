"""A process that completes a ticket: `python completing.py FOLDER CONFIG JQL`.

It carries on the run of docs/examples/agents/ticket, or begins it, and prints its state.
"""

import asyncio
import json
import sys
from pathlib import Path

import yaml

from interlock import Router
from interlock_agents import Agent

FOLDER, CONFIG, JQL = Path(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3]
EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "agents" / "ticket"
sys.path.append(str(EXAMPLE))

from script import policy  # noqa: E402 - it lies in the example


async def main() -> None:
    plan = yaml.safe_load((EXAMPLE / "plan.yaml").read_text("utf-8"))
    async with (
        Router.from_config(CONFIG) as router,
        Agent(router, folder=FOLDER, policy=policy, lease=1.0) as agent,
    ):
        run = await agent.run(plan, run="ticket-1", inputs={"jql": JQL})
        waiting = [each.id for each in run.waiting_for]
        if waiting and (FOLDER / "agrees").exists():
            for each in waiting:
                await agent.approve(each, by="Ada")
            run = await agent.resume(run.id)
        print(json.dumps({"state": run.state, "waiting": waiting, "why": run.why}))


asyncio.run(main())
