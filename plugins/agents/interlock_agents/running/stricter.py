"""A tool that does more outside than it says, because the plan says so."""

from dataclasses import replace

from interlock import ApprovalRequest, ToolCall, ToolOutcome
from interlock.types.tools import EFFECTS, ToolEffect
from interlock_agents.ledger import Hands, Sending

_ALWAYS_ASKED = ("destructive", "irreversible")


class StricterHands:
    """Hands of a tool whose runs are taken for a stronger effect; destructive ones need consent."""

    def __init__(self, hands: Hands, effect: ToolEffect) -> None:
        self._hands = hands
        self.name = hands.name
        self.digest = hands.digest
        self.classified = hands.classified._replace(effect=effect)
        self.needs_grant = hands.needs_grant or effect in _ALWAYS_ASKED
        self.can_find = hands.can_find

    async def ask_for(self, call: ToolCall, *, run: str, step: str) -> ApprovalRequest:
        """As the tool's own, with the effect that the plan says."""
        asked = await self._hands.ask_for(call, run=run, step=step)
        return replace(asked, effect=self.classified.effect, required=self.needs_grant)

    async def run(self, sending: Sending) -> ToolOutcome:
        """As the tool's own."""
        return await self._hands.run(sending)

    async def find(self, call: ToolCall, *, key: str) -> ToolOutcome | None:
        """As the tool's own."""
        return await self._hands.find(call, key=key)


def stricter(hands: Hands, effect: ToolEffect | None) -> Hands:
    """The hands as they are, or with the effect where that is stronger than their own."""
    if effect is None or EFFECTS.index(effect) <= EFFECTS.index(hands.classified.effect):
        return hands
    return StricterHands(hands, effect)
