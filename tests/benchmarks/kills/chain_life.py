"""A command of `interlock` that carries on the agent of docs/examples/agents/supply_chain, killed where told.

A life has: command, the arguments; folder, where it is run; seen, a file that boundaries are written to; and
dies_at, the number of the one at which it kills itself, from 1, or its name. Boundaries are before and after
each transaction of the agents' store and each request to a service: once a request has come back, it has been
carried out, and nothing in this process has looked at the answer yet.
"""

import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema  # noqa: F401 - what is imported here need not be in each life

import interlock.http.client
import interlock.http.transport  # noqa: F401 - likewise
import interlock_agents.commands.run
import interlock_agents.migrating
import interlock_agents.running.agent  # noqa: F401 - likewise
import interlock_slack.kind  # noqa: F401 - likewise
from interlock import Router
from interlock.cli.app import app
from interlock.http.client import HttpClient
from interlock_agents.store import Store


class Boundaries:
    """Counts them, and kills this process at one."""

    def __init__(self, seen: Path, dies_at: int | str) -> None:
        self.seen = seen
        self.dies_at = dies_at
        self.number = 0

    def at(self, what: str) -> None:
        self.number += 1
        with self.seen.open("a", encoding="utf-8") as file:
            file.write(f"{what}\n")
        if self.dies_at in (self.number, what):
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, method: Callable[..., Awaitable[Any]], named: Callable[..., str]) -> Any:
        async def with_boundaries(*given: Any, **options: Any) -> Any:
            what = named(*given, **options)
            self.at(f"before {what}")
            try:
                return await method(*given, **options)
            finally:
                self.at(f"after {what}")

        return with_boundaries


def prepare(told: Mapping[str, Any]) -> None:
    """Called before the fork: what a router loads of plugins is there in every life."""
    if not _LOADED:
        _LOADED.append(Router.from_config(Path(told["folder"]) / "interlock.yaml"))


_LOADED: list[Router] = []


def live(told: Mapping[str, Any]) -> int:
    os.chdir(told["folder"])
    boundaries = Boundaries(Path(told["seen"]), told.get("dies_at", 0))
    Store.run = boundaries.around(Store.run, lambda *_: "transaction")
    HttpClient.send = boundaries.around(HttpClient.send, _request)
    try:
        app(told["command"])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def _request(_: HttpClient, request: Any, *__: Any) -> str:
    return f"{request.method} {urlsplit(request.url).path.rpartition('/')[2]}"
