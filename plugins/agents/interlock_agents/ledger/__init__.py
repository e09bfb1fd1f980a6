"""The ledger of effects: each is written down before it is sent, and never sent again on a guess.

`Ledger` itself is in `interlock_agents.ledger.ledger`, since it loads the database's code.
"""

from interlock_agents.ledger.effects import Effect, EffectEvent, EffectState
from interlock_agents.ledger.grants import SendingGrants
from interlock_agents.ledger.hands import Hands, Sending, ToolboxHands, ToolHands

__all__ = [
    "Effect",
    "EffectEvent",
    "EffectState",
    "Hands",
    "Sending",
    "SendingGrants",
    "ToolHands",
    "ToolboxHands",
]
