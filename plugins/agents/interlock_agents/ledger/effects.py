"""What the ledger knows of an effect, and what has happened to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from interlock import Grant, Repeat, ToolCall, ToolOutcome
from interlock.types.tools import RefusedBecause, ToolEffect
from interlock_agents.budgets import Amounts
from interlock_agents.places import Place

EffectState = Literal["intent", "sent", "confirmed", "failed", "unknown", "abandoned"]
"""`intent`: nothing has left. `sent`: it may have left, and its outcome is not known yet. `confirmed`: it has
happened. `failed`: it has not, and will not. `unknown`: a person has to look. `abandoned`: a person gave up.
"""

OPEN: tuple[EffectState, ...] = ("sent", "unknown")
FINAL: tuple[EffectState, ...] = ("confirmed", "failed", "abandoned")


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One effect as it stands.

    Attributes:
        key: names it to the service; the same however often it is sent.
        repeat: what may follow a sending whose outcome nobody knows, as it was when it was last sent.
        settles_within: seconds after which a sending has happened or never will.
        effect: what it does outside.
        tries: how often it was sent.
        doubtful: whether a sending before the last one may have happened.
        epoch: counts who has begun it, taken it over or sent it again: who has an older one does nothing.
        owner: who works on it, or did last.
        lease: until when nobody else takes it over, in seconds since the epoch by the store's clock.
        lease_boot, lease_elapsed: the same in seconds on a clock that nobody sets, and which start of which
            machine that belongs to.
        lease_process: which process of that machine has it; empty where that does not matter.
        first_sent: since when the service may know the key, in seconds on the same clock.
        until: of an unknown one, until when it may still happen, in seconds on the same clock.
        reason: why it has failed.
        retry_after: seconds to wait before something like it is asked for again, as the service said.
        content: for the model: what it gave, or what went wrong.
        receipt: a JSON object that names what was done.
        seen: how often the effect was found; more than once is an incident.
        cost: what is held for it and, once it is confirmed, was spent on it; None where that is nothing.
        grant: the consent under which it is done.
        compensates: the id of the effect that it takes back.
    """

    place: Place
    tool: str
    tool_digest: str
    call_id: str
    arguments: Mapping[str, Any]
    arguments_digest: str
    key: str
    repeat: Repeat
    settles_within: float
    effect: ToolEffect
    state: EffectState
    tries: int = 0
    doubtful: bool = False
    epoch: int = 0
    owner: str = ""
    lease: float = 0.0
    lease_boot: str = ""
    lease_elapsed: float = 0.0
    lease_process: str = ""
    first_sent: float | None = None
    until: float | None = None
    reason: RefusedBecause | None = None
    retry_after: float | None = None
    content: Any = ""
    receipt: Mapping[str, Any] | None = None
    seen: int = 1
    cost: Amounts | None = None
    grant: Grant | None = field(default=None, repr=False)
    compensates: str | None = None

    @property
    def id(self) -> str:
        """Of its place: there is one effect at a place."""
        return self.place.id

    @property
    def is_open(self) -> bool:
        """Whether nobody knows yet if it has happened."""
        return self.state in OPEN

    @property
    def is_final(self) -> bool:
        """Whether nothing will change it any more."""
        return self.state in FINAL

    @property
    def call(self) -> ToolCall:
        """What was asked for."""
        return ToolCall(id=self.call_id, name=self.tool, arguments=self.arguments)

    @property
    def outcome(self) -> ToolOutcome:
        """The same as what a run of the tool comes to, to be told to the model by its `result`."""
        if self.state == "confirmed":
            return ToolOutcome(outcome="done", content=self.content, receipt=self.receipt, seen=self.seen)
        if self.state == "failed":
            return ToolOutcome(
                outcome="refused", reason=self.reason, content=self.content, retry_after=self.retry_after
            )
        return ToolOutcome(outcome="unknown", content=self.content, receipt=self.receipt)


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectEvent:
    """One change of an effect, written in the transaction that made it, and never changed.

    Attributes:
        effect: its id.
        at: seconds since the epoch, by the store's clock.
        epoch: the effect's afterwards.
        was: the state before; None where it was not there.
        why: in words; of a person's decision, what they looked at.
        by: the person who decided; None where nobody did.
    """

    effect: str
    at: float
    epoch: int
    was: EffectState | None
    now: EffectState
    why: str
    by: str | None = None
