"""A connector with a tool of each kind, a router that has it, and clients of the SDK in both revisions."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any

from anyio.from_thread import start_blocking_portal
from mcp.client import Client

from interlock import Image, Repeat, Router, ToolOutcome, hookimpl, tool_of
from interlock.protocols import IN_PROCESS, ToolRun
from interlock.testing import scripted_router
from interlock_mcp.serving import server

REVISIONS = ("legacy", "2026-07-28")
PIXEL = b"\x89PNG\r\n\x1a\n"
DESK = {"id": "desk", "connector": "desk", "region": "local"}


class Desk:
    """Each tool writes down that it was run. `more` are further tools; `fails` how often its list does."""

    api = 1
    name = "desk"
    facts = IN_PROCESS
    options = None

    def __init__(self, more: Iterable[Any] = (), fails: int = 0) -> None:
        self.runs: list[tuple[str, str]] = []
        self.more = tuple(more)
        self.fails = fails

    @hookimpl
    def interlock_connectors(self):
        return [self]

    def open(self, call):
        return self

    async def aclose(self):
        pass

    async def tools(self, call):
        if self.fails:
            self.fails -= 1
            raise OSError("the desk is locked")
        return [*self._tools(), *self.more]

    def _tools(self):
        def note(name: str, run: ToolRun) -> str:
            self.runs.append((name, run.key))
            return f"{name} {len(self.runs)}"

        def look(run: ToolRun) -> str:
            """Look at the desk."""
            return note("look", run)

        def write(text: str, run: ToolRun) -> str:
            """Write a letter."""
            return note(text, run)

        def order(item: str, run: ToolRun) -> ToolOutcome:
            """Order something; nobody knows whether it came through."""
            note(item, run)
            return ToolOutcome(outcome="unknown", content="the line went dead")

        def buy(item: str, run: ToolRun) -> ToolOutcome:
            """Buy something."""
            note(item, run)
            return ToolOutcome(outcome="unknown", content="the line went dead")

        def burn(run: ToolRun) -> str:
            """Burn the letters."""
            return note("burn", run)

        def limited(run: ToolRun) -> ToolOutcome:
            """Is asked for too often."""
            return ToolOutcome(
                outcome="refused", reason="limited", content="too many", retry_after=7.5, more=None
            )

        def draw(run: ToolRun) -> ToolOutcome:
            """Draw the desk."""
            return ToolOutcome(outcome="done", content=[Image(data=PIXEL, media_type="image/png")])

        return [
            tool_of(look, effect="read"),
            tool_of(write, effect="write"),
            tool_of(order, effect="write"),
            tool_of(buy, effect="write", repeat=Repeat("key", retention=3600)),
            tool_of(burn, effect="destructive", repeat=Repeat("natural")),
            tool_of(limited, effect="read"),
            tool_of(draw, effect="read"),
        ]


def router_of(desk: Desk, *said: Any, **config: Any) -> Router:
    """Its one model says these things."""
    scripts = config.pop("scripts", {"model": list(said)})
    return scripted_router(scripts, plugins=[desk], connectors=[DESK], **config)


@asynccontextmanager
async def client_of(router: Router, revision: str, **options: Any) -> AsyncIterator[Client]:
    """A client in this process, of a server of this router."""
    async with router, Client(server(router, **options), mode=revision, cache=None) as client:
        yield client


@contextmanager
def held(router: Router, revision: str, **options: Any) -> Iterator[Callable[..., Any]]:
    """Calls of one client, for tests without a loop: a tool, its arguments, the call's `_meta`."""
    with start_blocking_portal() as portal:
        opened = portal.wrap_async_context_manager(client_of(router, revision, **options))
        with opened as client:
            yield lambda tool, arguments, meta=None: portal.call(
                partial(client.call_tool, tool, arguments, meta=meta)
            )


def words(result: Any) -> str:
    return "".join(each.text for each in result.content)
