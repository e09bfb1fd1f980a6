"""Two processes of an agent, and a third one in which somebody decides, over one store."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

from interlock import StoreError
from interlock_agents import Requests, Store
from postgresql import restarting
from waiting import asked

PROCESS = Path(__file__).parents[3] / "support" / "approving_process.py"
ROUNDS = 5
# They take their time to load.
UNNEEDED = sorted({each.name for each in entry_points(group="interlock")} - {"agents", "sql"})


class Agent:
    def __init__(self, url: str, file: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(PROCESS), url, str(file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"INTERLOCK_PLUGINS__DISABLED": ",".join(UNNEEDED)},
        )

    def told(self, *words: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()

    def says(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())


@pytest.fixture
def agents(url: str, tmp_path: Path) -> Iterator[list[Agent]]:
    made = [Agent(url, tmp_path / "removed") for _ in range(2)]
    for agent in made:
        assert agent.process.stdout is not None
        assert agent.process.stdout.readline() == "ready\n"
    yield made
    for agent in made:
        agent.process.communicate(timeout=30)
        assert agent.process.returncode == 0


async def test_what_is_decided_on_one_machine_all_see_within_a_second_and_one_uses_once(
    agents: list[Agent], url: str, tmp_path: Path
) -> None:
    store = Store.open(url)
    requests = Requests(store=store)
    for number in range(ROUNDS):
        path = f"path{number}"
        for agent in agents:
            agent.told("ask", path)
        one, two = (agent.says() for agent in agents)
        assert one == two, "both want the same, and it was put before somebody twice"
        for agent in agents:
            agent.told("look", path)
        assert [agent.says() for agent in agents] == [False, False]
        assert await requests.approve(one, by="ada@example.org") is not None
        due = time.monotonic() + 1.0
        for agent in agents:
            agent.told("look", path)
        assert [agent.says() for agent in agents] == [True, True], "it is not seen at once"
        assert time.monotonic() < due
        for agent in agents:
            agent.told("act", path)
        ended = sorted(agent.says() for agent in agents)
        assert ended in (["LedgerBusy", "confirmed"], ["confirmed", "confirmed"])
        assert (await requests.get(one)).state == "used"
    assert (tmp_path / "removed").read_text().splitlines() == [f"path{number}" for number in range(ROUNDS)]
    await store.aclose()


async def test_while_the_database_is_away_nothing_is_decided_and_soon_after_it_is() -> None:
    with restarting() as server:
        store = Store.open(f"postgresql://{server.address}/postgres")
        requests = Requests(store=store)
        waits = await requests.put(asked())
        server.stop()
        with pytest.raises(StoreError):
            await requests.approve(waits.id, by="ada@example.org")
        with pytest.raises(StoreError):
            await requests.grant_for(asked())
        server.start()
        due = time.monotonic() + 5.0
        while True:
            assert time.monotonic() < due
            with suppress(StoreError):
                await requests.approve(waits.id, by="ada@example.org")
                break
        assert await requests.grant_for(asked()) is not None
        await store.aclose()
