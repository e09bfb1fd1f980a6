"""Routers with one MCP server, that is started or answers on this machine."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from interlock import Router, ToolCall, ToolOutcome
from interlock.testing import scripted_router

RAW = Path(__file__).parent / "raw_server.py"


class Box:
    """A router with one connector, `there`; a policy lets everything run without a person."""

    def __init__(self, entry: dict[str, Any], **config: Any) -> None:
        config.setdefault("tools", {"rules": [{"tools": "*", "effect": "write"}]})
        connector = {"id": "there", "connector": "mcp", "region": "local"} | entry
        scripts: dict[str, list[Any]] = {"model": []}
        self.router: Router = scripted_router(
            scripts, connectors=[connector], environ={"NOTES_LOGIN": "k-8d2f71a90b"}, **config
        )
        self.toolbox = self.router.toolbox()

    async def names(self) -> list[str]:
        return [tool.name for tool in await self.toolbox.tools()]

    async def run(self, tool: str, /, within: float | None = None, **arguments: Any) -> ToolOutcome:
        call = ToolCall(id="call-1", name=tool, arguments=arguments)
        return await self.toolbox.run(call, timeout=within)


@pytest.fixture
def boxed() -> Iterator[Callable[..., Box]]:
    """Makes boxes, which are closed in the end."""
    made: list[Box] = []

    def make(entry: dict[str, Any], **config: Any) -> Box:
        made.append(Box(entry, **config))
        return made[-1]

    yield make
    for box in made:
        box.router.close_sync()


@pytest.fixture
def raw(boxed) -> Callable[..., Box]:
    """Boxes with the server that misbehaves as `words` say."""

    def make(*words: str, entry: dict[str, Any] | None = None, config: Any = None, **options: Any) -> Box:
        started = {"command": sys.executable, "args": ["-I", "-S", str(RAW), *words], **options}
        return boxed({"options": started, **(entry or {})}, **(config or {}))

    return make
