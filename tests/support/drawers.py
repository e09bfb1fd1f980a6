"""Connectors in the process, and calls of their tools."""

from typing import Any

from interlock import ToolCall, hookimpl
from interlock.protocols import IN_PROCESS

KEY = "tk-9f3b77c1d2e84a06"


class Drawer:
    """A kind that counts; its tools are those that it was made with. `call` is what it was asked with."""

    api = 1
    facts = IN_PROCESS
    options = None
    call: Any = None

    def __init__(self, name: str, *tools: Any) -> None:
        self.name = name
        self.offered = tools
        self.asked = self.opened = self.closed = 0

    def open(self, call: Any) -> "OpenDrawer":
        self.opened += 1
        return OpenDrawer(self)

    async def tools(self, call: Any) -> Any:
        self.asked += 1
        self.call = call
        return self.offered


class OpenDrawer:
    """Open, and closed by itself alone."""

    api = 1

    def __init__(self, drawer: Drawer) -> None:
        self.name = drawer.name
        self.drawer = drawer

    async def tools(self, call: Any) -> Any:
        return await self.drawer.tools(call)

    async def aclose(self) -> None:
        self.drawer.closed += 1


class Plugin:
    def __init__(self, *kinds: Any) -> None:
        self.kinds = kinds

    @hookimpl
    def interlock_connectors(self) -> Any:
        return self.kinds


def call(name: str = "list_tickets", **arguments: Any) -> ToolCall:
    return ToolCall(id="call-1", name=name, arguments=arguments)
