"""What carries a call of a tool out, and what it comes to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from interlock import ApprovalNeeded, RequestError, ToolCall, ToolOutcome
from interlock.protocols import GrantBook

if TYPE_CHECKING:
    from interlock.toolbox import OfferedTool, Toolbox

SOURCE = {"interface": "mcp"}
"""Of the metadata of whatever is done for a client."""
_LONGEST = 128
_WAY = "On the machine of this server they run it with `interlock tools call {} …`, which shows it and asks."


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A run that has begun, and may have ended.

    Attributes:
        key: of the effect; given again, it finds out what has come of this one.
        repeatable: whether the key may be given again while nobody knows what has come of it.
    """

    outcome: ToolOutcome
    key: str
    repeatable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRun:
    """A person has not agreed: `reason` is `consent`, or `denied` where they said no."""

    words: str
    reason: str = "consent"
    facts: Mapping[str, Any] = field(default_factory=dict)


class Runs(Protocol):
    """Carries out calls of tools, for one event loop.

    Attributes:
        grants: what the toolbox is made with; None for its own.
    """

    grants: GrantBook | None

    async def run(
        self, toolbox: "Toolbox", tool: "OfferedTool", call: ToolCall, key: str | None
    ) -> Ran | NotRun:
        """What came of it. `key` is the client's, if it gave one: the same one means the same effect.

        Raises RequestError for a key that would keep nothing from happening twice, and whatever the toolbox
        does.
        """
        ...


class Direct:
    """As the toolbox runs it: nothing is kept, and nobody is asked."""

    grants: GrantBook | None = None

    async def run(
        self, toolbox: "Toolbox", tool: "OfferedTool", call: ToolCall, key: str | None
    ) -> Ran | NotRun:
        again = toolbox.effect_of(tool).repeat.way in ("key", "natural")
        if key is not None and not again:
            what = f"{tool.name} takes no key: nothing keeps a repeated run of it from happening twice"
            raise RequestError(what, key="_meta")
        key = key or uuid4().hex
        try:
            outcome = await toolbox.run(call, key=key, metadata=SOURCE)
        except ApprovalNeeded as needed:
            facts = {} if needed.request is None else {"effect": needed.request.effect}
            return NotRun(words=f"{needed.message}. {_WAY.format(tool.name)}", facts=facts)
        return Ran(outcome=outcome, key=key, repeatable=again)


def key_of(key: object) -> str:
    """A client's key. Raises RequestError for what is none."""
    if isinstance(key, str) and 0 < len(key) <= _LONGEST and key.isascii() and key.isprintable():
        return key
    raise RequestError(f"a key is text of up to {_LONGEST} visible characters", key="_meta")
