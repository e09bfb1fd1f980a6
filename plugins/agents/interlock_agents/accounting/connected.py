"""Tools of a router's connectors, which a framework of the user's calls."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from interlock import RequestError, ToolOutcome
from interlock_agents.accounting.declared import Declared
from interlock_agents.budgets import Amounts
from interlock_agents.ledger.hands import Sending, ToolboxHands

Act = Callable[[Callable[[], Awaitable[ToolOutcome]]], Awaitable[None]]
"""Has the framework's own tool do what it is given, so that whoever watches that tool sees it."""


class ConnectedHands(ToolboxHands):
    """What does one call: the toolbox does, inside the framework's own run of the tool."""

    def __init__(self, toolbox: Any, tool: Any, act: Act, **how: Any) -> None:
        """`tool` is what `await toolbox.tool(name)` gives; `how` is what ToolboxHands takes beside them."""
        super().__init__(toolbox, tool, **how)
        self._act = act

    async def run(self, sending: Sending) -> ToolOutcome:
        made: list[ToolOutcome] = []

        async def run() -> ToolOutcome:
            made.append(await super(ConnectedHands, self).run(sending))
            return made[0]

        await self._act(run)
        return made[0]


def held(name: str, declared: Declared) -> Amounts:
    """What a call of a connector's tool holds: what else is to hold of it the configuration says.

    Raises:
        RequestError: anything else is declared of it.
    """
    if replace(declared, hold=Amounts()) != Declared():
        raise RequestError(
            "it is a connector's tool: what it does stands in the configuration's tools.rules, and what it "
            "holds alone in Declared(hold=…)",
            key=f"declared.{name}",
        )
    return declared.hold
