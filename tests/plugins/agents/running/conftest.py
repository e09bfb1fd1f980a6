"""A desk with tools, a router that has it, and agents on a store of their own."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from drawers import Drawer, Plugin
from interlock import Document, Repeat, RequestError, Router, ToolOutcome, tool_of
from interlock.testing import scripted_router
from interlock_agents import Agent


class Desk:
    """Tools, and what they have done. `fails` maps a tool's name to outcomes that it gives first."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.calls: list[str] = []
        self.fails: dict[str, list[Any]] = {}
        self.tools = [
            tool_of(self.add, effect="read"),
            tool_of(self.plus, effect="read"),
            tool_of(self.numbers, effect="read"),
            tool_of(self.picture, effect="read"),
            tool_of(self.send, effect="write", repeat=Repeat("key")),
            tool_of(self.wipe, effect="destructive", repeat=Repeat("natural")),
            tool_of(self.shout, effect="write", repeat=Repeat("none")),
        ]

    def _next(self, name: str) -> Any:
        self.calls.append(name)
        return self.fails[name].pop(0) if self.fails.get(name) else None

    def add(self, a: int, b: int) -> Any:
        """Add two numbers."""
        return self._next("add") or a + b

    def plus(self, a: int, b: int) -> Any:
        """Add two numbers, elsewhere."""
        return self._next("plus") or a + b

    def numbers(self, upto: int) -> list[int]:
        """The numbers below."""
        self._next("numbers")
        if upto < 0:
            raise RequestError("say a number that is not below 0", key="upto")
        return list(range(upto))

    def picture(self) -> ToolOutcome:
        """Some bytes."""
        self._next("picture")
        return ToolOutcome(outcome="done", content=(Document(data=b"\x00\x01\xff", media_type="image/x"),))

    def send(self, text: str) -> Any:
        """Send a text."""
        failed = self._next("send")
        if failed is None:
            self.sent.append(text)
        return failed or "sent"

    def wipe(self, what: str) -> str:
        """Take something away."""
        self._next("wipe")
        self.sent.append(f"wiped {what}")
        return "wiped"

    def shout(self, text: str) -> Any:
        """Say something that nobody can look for."""
        failed = self._next("shout")
        self.sent.append(text)
        return failed or "shouted"


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def routed(desk: Desk) -> Iterator[Callable[..., Router]]:
    """Makes routers whose connector is the desk; `scripts` are those of its models."""
    made = []

    def make(scripts: Any = None, others: Any = (), **config: Any) -> Router:
        plugin = Plugin(Drawer("desk", *desk.tools))
        config = {"connectors": [{"id": "desk", "connector": "desk"}], **config}
        router = scripted_router(scripts or {"m": []}, plugins=[plugin, *others], **config)
        made.append(router)
        return router

    yield make
    for router in made:
        router.close_sync()


@pytest.fixture
async def agents(routed: Callable[..., Router], tmp_path: Path) -> AsyncIterator[Callable[..., Agent]]:
    """Makes agents on the same store; `scripts` are those of their router's models."""
    async with AsyncExitStack() as stack:

        async def rest(seconds: float) -> None:
            """No test waits."""

        def make(
            scripts: Any = None, *, router: Router | None = None, config: Any = None, **options: Any
        ) -> Agent:
            options = {"folder": tmp_path, "sleep": rest, "stuck": "fail", **options}
            agent = Agent(router or routed(scripts, **(config or {})), **options)
            stack.push_async_callback(agent.aclose)
            return agent

        yield make
