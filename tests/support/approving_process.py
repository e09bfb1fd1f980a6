"""A process of an agent that may remove a path once somebody has agreed, told by lines what to do.

    python approving_process.py STORE FILE

`ask PATH` puts the removal before a person and tells the request's id; `look PATH` tells whether there is
consent; `act PATH` removes it, which appends a line to FILE, and tells what came of it.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from drawers import Drawer, Plugin
from interlock import ApprovalNeeded, Grant, InterlockError, Preview, Repeat, ToolCall, ToolOutcome, tool_of
from interlock.testing import scripted_router
from interlock.types.approvals import ApprovalRequest
from interlock_agents import Ledger, Place, Requests, Store, ToolboxHands


class Remove:
    api = 1
    effect: Any = "destructive"
    repeat = Repeat("key")
    settles_within = 0.0

    def __init__(self, file: Path) -> None:
        self.spec = tool_of(lambda path: "", effect="write", name="remove", description="Removes.").spec
        self._file = file

    async def preview(self, call: Any) -> Preview:
        return Preview(text="removes it", changes={"removed": [call.call.arguments["path"]]})

    async def run(self, run: Any) -> ToolOutcome:
        with self._file.open("a") as file:
            file.write(f"{run.call.arguments['path']}\n")
        return ToolOutcome(outcome="done", content="gone")


class Agent:
    def __init__(self, url: str, file: Path) -> None:
        self.store = Store.open(url)
        self.requests = Requests(store=self.store)
        self.ledger = Ledger(self.store, consume=self.requests.consume)
        plugins = [Plugin(Drawer("files", Remove(file)))]
        connectors = [{"id": "files", "connector": "files"}]
        self.router = scripted_router({"model": []}, plugins=plugins, connectors=connectors)
        self.box = self.router.toolbox(grants=self.ledger.grants)
        self.asked: dict[str, ApprovalRequest] = {}
        self.grants: dict[str, Grant] = {}

    async def does(self, what: str, path: str) -> Any:
        place = Place(run="run", node=path)
        if what == "ask":
            return await self._asks(path, place)
        if what == "look":
            grant = await self.requests.grant_for(self.asked[path], effect=place.id)
            if grant is not None:
                self.grants[path] = grant
            return grant is not None
        try:
            return (await self._performs(path, place, self.grants[path])).state
        except InterlockError as error:
            return type(error).__name__

    async def _asks(self, path: str, place: Place) -> str:
        try:
            await self._performs(path, place, None)
        except ApprovalNeeded as needed:
            asked = needed.request
        else:
            raise AssertionError("nobody was asked")
        assert asked is not None
        self.asked[path] = asked
        return (await self.requests.put(asked, effect=place.id)).id

    async def _performs(self, path: str, place: Place, grant: Grant | None) -> Any:
        hands = await ToolboxHands.of(self.box, "remove")
        call = ToolCall(id="call", name="remove", arguments={"path": path})
        return await self.ledger.perform(place, call, hands, grant=grant)


async def main() -> None:
    agent = Agent(sys.argv[1], Path(sys.argv[2]))
    await agent.requests.count()
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await agent.does(*line.split())), flush=True)
    await agent.router.aclose()
    await agent.store.aclose()


if __name__ == "__main__":
    asyncio.run(main())
