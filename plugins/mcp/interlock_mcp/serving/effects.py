"""Runs of tools as effects of the agents' ledger: kept before they are sent, and waiting for people."""

import asyncio
from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import uuid4

from interlock import ApprovalNeeded, RequestError, StoreError, ToolCall, ToolOutcome
from interlock.protocols import DurableLog, GrantBook
from interlock.tools import args_digest
from interlock.types.clocks import elapsed
from interlock_agents import Effect, EffectChanged, Ledger, LedgerBusy, Place, Store, ToolboxHands
from interlock_agents.approvals import Approval, Notifier, Requests
from interlock_mcp.serving.runs import SOURCE, NotRun, Ran

if TYPE_CHECKING:
    from interlock.toolbox import OfferedTool, Toolbox

RUN = "mcp"
"""Under which the effects of clients are kept."""
_LEASE = 120.0
_PAUSE, _LONGEST = 0.05, 2.0
_LOOK = "A person has to look: `interlock agent show mcp --effects` has it."


class Effects:
    """Carries calls out by a ledger in a store of agents, for one event loop.

    What changes something is written down before it is sent, and happens once for each key. What needs a
    person's consent waits as a request, which `interlock agent approve` answers; the same call, made once
    more, uses their grant.
    """

    def __init__(
        self,
        store: Store,
        *,
        log: DurableLog | None = None,
        notifiers: Sequence[Notifier] = (),
        lease: float = _LEASE,
    ) -> None:
        """`lease` is in seconds, and longer than any tool takes."""
        self._store = store
        self._requests = Requests(store=store, log=log, notifiers=notifiers)
        self._ledger = Ledger(store, owner=RUN, lease=lease, log=log, consume=self._requests.consume)
        self._lease = lease
        self._busy: set[str] = set()
        self.grants: GrantBook | None = self._ledger.grants

    async def run(
        self, toolbox: "Toolbox", tool: "OfferedTool", call: ToolCall, key: str | None
    ) -> Ran | NotRun:
        """As `Runs.run`."""
        if toolbox.effect_of(tool).effect == "read":
            outcome = await toolbox.run(call, key=key, metadata=SOURCE)
            return Ran(outcome=outcome, key=key or "", repeatable=False)
        hands = ToolboxHands(toolbox, tool)
        if key is None and hands.needs_grant:
            place = await self._slot(tool, call)
            try:
                return await self._at(place, call, hands, key="")
            finally:
                self._busy.discard(place.id)
        key = key or uuid4().hex
        place = Place(run=RUN, node=f"key-{sha256(key.encode()).hexdigest()[:32]}")
        return await self._at(place, call, hands, key=key)

    async def aclose(self) -> None:
        """Disconnect from the store."""
        await self._store.aclose()

    async def _at(self, place: Place, call: ToolCall, hands: ToolboxHands, *, key: str) -> Ran | NotRun:
        try:
            effect = await self._performed(place, call, hands)
        except EffectChanged:
            raise RequestError("the key was given for another call before", key="_meta") from None
        except (StoreError, LedgerBusy) as error:
            outcome = ToolOutcome(outcome="unknown", content=error.message, error=error)
            return Ran(outcome=outcome, key=key, repeatable=bool(key))
        if isinstance(effect, NotRun):
            return effect
        outcome = effect.outcome
        if not effect.is_final:
            said = outcome.content if isinstance(outcome.content, str) else ""
            outcome = ToolOutcome(outcome="unknown", content=f"{said} {_LOOK}".strip())
        return Ran(outcome=outcome, key=key, repeatable=bool(key))

    async def _performed(self, place: Place, call: ToolCall, hands: ToolboxHands) -> Effect | NotRun:
        try:
            return await self._patiently(place, call, hands)
        except ApprovalNeeded as needed:
            asked = needed.request
            if asked is None:
                raise
        approval = await self._requests.put(asked, effect=place.id)
        if approval.denied and not approval.decided_by:  # nobody answered, or used their grant, in time
            approval = await self._requests.put(asked, effect=place.id, again=True)
        if approval.state != "approved" or approval.grant is None:
            return _waits(approval)
        return await self._patiently(place, call, hands, approval)

    async def _patiently(
        self, place: Place, call: ToolCall, hands: ToolboxHands, approval: Approval | None = None
    ) -> Effect:
        """What somebody else works on is waited for: they may settle it any moment."""
        began, pause = elapsed(), _PAUSE
        grant = None if approval is None else approval.grant
        while True:
            try:
                return await self._ledger.perform(place, call, hands, grant=grant)
            except LedgerBusy as busy:
                if elapsed() - began > self._lease:
                    raise
                await asyncio.sleep(min(busy.seconds or pause, pause))
                pause = min(2 * pause, _LONGEST)

    async def _slot(self, tool: "OfferedTool", call: ToolCall) -> Place:
        """The place of a call that waits for consent: that of the same call before, until its effect has an
        end, and then the next one. Two that are made at once have two.
        """
        named = f"{tool.connector}/{tool.tool.spec.name}/{args_digest(call.arguments)}"
        node, seq = f"call-{sha256(named.encode()).hexdigest()[:32]}", 0
        while True:
            place = Place(run=RUN, node=node, seq=seq)
            if place.id not in self._busy:
                self._busy.add(place.id)
                if await self._is_open(place):
                    return place
            seq += 1

    async def _is_open(self, place: Place) -> bool:
        """Whether the place, which is kept from others meanwhile, has no effect that has come to an end."""
        free = False
        try:
            effect = await self._ledger.effect(place.id)
            free = effect is None or not effect.is_final
        finally:
            if not free:
                self._busy.discard(place.id)
        return free


def _waits(approval: Approval) -> NotRun:
    asked = approval.request
    facts = {"effect": asked.effect, "request": approval.id}
    if approval.denied:
        why = f": {approval.why}" if approval.why else ""
        return NotRun(
            words=f"{asked.tool} was not run: a person has denied it{why}.", reason="denied", facts=facts
        )
    words = (
        f"{asked.tool} was not run: it is {asked.effect}, and waits for a person as request {approval.id}. "
        f"They answer it with `interlock agent approve {approval.id}` on the machine of this server. Once "
        "they have agreed, make the same call again, with the same arguments."
    )
    return NotRun(words=words, facts=facts)
