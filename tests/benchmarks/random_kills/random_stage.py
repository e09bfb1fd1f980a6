"""Two servers and two agents that share a database, killed at random moments while clients ask."""

import asyncio
import json
import socket
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Literal

import random_acting as acting
import random_judging as judging
from random_clients import Clients
from random_judging import Accounts, Verdict
from random_vendor import PRICE, Vendor, vendor
from random_victims import Victim, kill_at_random
from world import World, world

import server_compose
from interlock_server.keys import digest_of, new_secret
from interlock_server.keys.stored.store import KeyStore
from server_compose import Parts

Keep = Literal["background", "required", "log", "both"]
NARROW = 40
INTERLOCK = [sys.executable, "-c", "from interlock.cli import main; main()"]


@dataclass(frozen=True, kw_only=True)
class Play:
    """What is played.

    Attributes:
        seconds: for how long clients ask.
        keep: records as they are by default, `required`, a log that is, or both.
        clients: so many, each of which rests `pause` seconds between two calls.
        every: seconds between two kills, on average.
        workers: processes of the first server.
        agents: so many, each of which carries out the same runs.
        seed: chooses who is killed and when.
    """

    seconds: float
    keep: Keep = "background"
    clients: int = 8
    pause: float = 0.1
    every: float = 8.0
    workers: int = 2
    agents: int = 2
    seed: int = 1


@dataclass(frozen=True, kw_only=True)
class Played:
    verdict: Verdict
    calls: int
    killed: Counter[str]
    deaths: int


@dataclass(frozen=True, kw_only=True)
class Stage:
    folder: Path
    parts: Parts
    vendor: Vendor
    world: World

    def environ(self, keep: Keep) -> dict[str, str]:
        found = self.parts.environment()
        if keep in ("required", "both"):
            found["INTERLOCK_RECORDS__MODE"] = "required"
        if keep in ("log", "both"):
            found["INTERLOCK_LOG__URL"] = found["INTERLOCK_RECORDS__URL"]
        return found | {"INTERLOCK_RECORDS__KEEP": "10000000"}

    async def play(self, play: Play) -> Played:
        environ = self.environ(play.keep)
        url = environ["INTERLOCK_RECORDS__URL"]
        keys = await _keys(url, narrow={"limits": [{"per": "month", "requests": NARROW}]}, wide={}, agents={})
        own = keys.pop("agents")
        servers, urls = self._servers(play, environ)
        for each in servers:  # one after another: the first one makes the tables
            await each.start()
        agents = self._agents(play.agents, url, urls, own)
        for each in agents:
            await each.start()
        clients = Clients(urls, keys)
        killed, _ = await asyncio.gather(
            kill_at_random([*servers, *agents], play.seconds, play.every, Random(play.seed)),
            clients.ask(play.clients, play.seconds, play.pause),
        )
        for each in (*agents, *servers):
            await each.stop()
        return Played(
            verdict=self._judged(play, url, clients, servers, agents),
            calls=len(clients.calls),
            killed=Counter(killed),
            deaths=sum(each.deaths for each in (*agents, *servers)),
        )

    def _servers(self, play: Play, environ: Mapping[str, str]) -> tuple[list[Victim], list[str]]:
        words = server_compose.command()
        found, urls = [], []
        for number, workers in enumerate((play.workers, 1)):
            port = _free()
            told = [*words, "--port", str(port), "--workers", str(workers), "--no-access-log"]
            found.append(self._victim(f"server {number + 1}", [*INTERLOCK, *told], environ))
            urls.append(f"http://127.0.0.1:{port}")
        return found, urls

    def _agents(self, many: int, store: str, urls: list[str], key: str) -> list[Victim]:
        there = {api: self.world.url(api) for api in acting.APIS}
        found = []
        for number in range(1, many + 1):
            name = f"agent {number}"
            told: dict[str, Any] = {"store": store, "world": there, "models": urls, "key": key}
            command = [
                sys.executable,
                acting.__file__,
                json.dumps(told | {"folder": str(self.folder / name)}),
            ]
            found.append(self._victim(name, command, {}))
        return found

    def _victim(self, name: str, command: list[str], environ: Mapping[str, str]) -> Victim:
        (home := self.folder / name).mkdir()
        return Victim(name, command, home, environ)

    def _judged(
        self, play: Play, url: str, clients: Clients, servers: list[Victim], agents: list[Victim]
    ) -> Verdict:
        verdict, billed, calls = Verdict(), self.vendor.billed(), clients.calls
        verdict.answers(calls)
        verdict.records(calls, judging.recorded(url), required=play.keep in ("required", "both"))
        if play.keep in ("log", "both"):
            verdict.log(calls, judging.logged(url), billed)
        verdict.budgets(calls, [each.kills for each in servers], Accounts.read(url, billed))
        verdict.limit(calls, "narrow", NARROW, billed)
        begun = {f"run{number}" for each in agents for number in (each.folder / "begun").read_text().split()}
        verdict.acted({run: self.world.effects(run) for run in sorted(begun)}, len(acting.APIS))
        for each in (*servers, *agents):
            if "Traceback" in each.errors:
                verdict.wrong.append(f"{each.name} met an error that is none of ours: see {each.folder}")
        return verdict


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Everything that nobody kills, and the configuration of the example with our vendor in it."""
    with vendor() as there, world() as acted_on:
        config = server_compose.configuration(
            folder,
            {"gpt": f"{there.url}/v1", "mistral-eu": f"{there.url}/v1"},
            models=[{"id": "test/m", "context_window": 100_000, "price": PRICE}],
            deployments=[
                {"model": "test/m", "provider": "openai-compatible", "region": "eu", "api_key": "none"}
                | {"id": name, "base_url": f"{there.url}/v1"}
                for name in ("one", "two")
            ],
            budgets=[
                {"id": "everybody", "per": "month", "usd": 1e6},
                {"id": "calls", "per": "month", "usd": 1e6, "each": "call"},
            ],
        )
        with server_compose.parts(folder, config, traced=False) as parts:
            yield Stage(folder=folder, parts=parts, vendor=there, world=acted_on)


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


async def _keys(url: str, **fields: dict[str, Any]) -> dict[str, str]:
    """The secrets of keys that the servers find in their store."""
    store = KeyStore.open(url)
    secrets = {name: new_secret() for name in fields}
    for name, secret in secrets.items():
        await store.add(name, digest_of(secret), fields[name])
    await store.aclose()
    return secrets
