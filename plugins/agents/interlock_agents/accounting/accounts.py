"""The ledger, approvals and budget that a set of tools shares, from any event loop or thread."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

from interlock import ApprovalNeeded, InterlockError, RequestError, ToolCall, ToolPolicy
from interlock.protocols import DurableLog
from interlock.types.clocks import elapsed
from interlock_agents.accounting.foreign import ForeignTool
from interlock_agents.approvals import Approval, Requests
from interlock_agents.budgets import Amounts
from interlock_agents.budgets import accounts as books
from interlock_agents.errors import EffectOpen, LedgerBusy
from interlock_agents.ledger.effects import Effect
from interlock_agents.ledger.grants import SendingGrants
from interlock_agents.ledger.hands import Hands, ToolHands
from interlock_agents.ledger.ledger import Ledger
from interlock_agents.places import Place
from interlock_agents.store import DEFAULT, Store

HandsOf = Callable[[SendingGrants], Awaitable[Hands]]
"""Gives what does a tool, whose grants are used up in that book."""

_LEASES = 3  # how many of them somebody else is waited for
_PAUSE, _LONGEST = 0.05, 2.0  # seconds between looks
_LIMITS = ("usd", "tokens", "seconds", "calls")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A call that a person has to answer: an approval, or an effect of which nobody knows.

    Attributes:
        id: what the answer has to name: consent is to this and to nothing else.
        about: for the person, as JSON.
    """

    id: str
    about: Mapping[str, Any]
    approval: Approval | None = None
    effect: Effect | None = None

    def raised(self) -> InterlockError:
        """The error for callers that cannot wait."""
        if self.approval is not None:
            asked = self.approval.request
            why = "nobody has approved it" if self.approval.open else "it was denied"
            return ApprovalNeeded(f"{asked.tool} was not run: {why}; its request is {self.id}", request=asked)
        name = self.about["effect"]
        return EffectOpen(f"nobody knows whether {name} has happened: a person has to look", effects=[name])


class Accounts:
    """Performs calls of tools, in a ledger for each event loop and one store for all."""

    def __init__(
        self,
        store: Store | str | None = None,
        *,
        ledger: Ledger | None = None,
        policy: ToolPolicy | None = None,
        requests: Requests | None = None,
        budget: Mapping[str, float] | None = None,
        lease: float = 30.0,
        log: DurableLog | None = None,
    ) -> None:
        """`ledger` is used in place of `store` by the one event loop that it belongs to: it is made with the
        requests' `consume`. `budget` limits each run: `usd`, `tokens`, `seconds`, `calls`.

        Raises:
            RequestError: a limit is none that can be, or both a store and a ledger are given.
            StoreError: the URL cannot be used.
        """
        if ledger is not None and store is not None:
            raise RequestError("expected a ledger or a store, not both", key="store")
        if strange := [name for name in budget or {} if name not in _LIMITS]:
            raise RequestError(f"limits are {', '.join(_LIMITS)}", key=f"budget.{strange[0]}")
        Amounts(**(budget or {}))  # type: ignore[arg-type]  # checked there
        if ledger is not None:
            self.store = ledger.store
        else:
            self.store = store if isinstance(store, Store) else Store.open(store or DEFAULT)
        self.policy = policy or ToolPolicy()
        self.requests = requests or Requests(store=self.store, log=log)
        self._ledger = ledger
        self.budget = dict(budget or {})
        self._lease = lease
        self._log = log
        self._ledgers: WeakKeyDictionary[Any, Ledger] = WeakKeyDictionary()
        self._opened: set[str] = set()

    @property
    def budgeted(self) -> bool:
        """Whether runs have limits."""
        return bool(self.budget)

    def classified(self, tool: ForeignTool) -> tuple[str, bool]:
        """What a run does outside, and whether a person has to agree to it."""
        hands = ToolHands(tool, grants=SendingGrants(), policy=self.policy)
        return hands.classified.effect, hands.needs_grant

    async def perform(
        self, place: Place, call: ToolCall, tool: ForeignTool | HandsOf, *, hold: Amounts
    ) -> Effect | Unanswered:
        """The effect, confirmed, failed or abandoned; or what a person has to say first.

        `tool` is one of another framework, or gives the hands of whatever else does it, under the ledger's
        grants. Raises what `Ledger.perform` does, but for ApprovalNeeded, and what `tool` does.
        """
        ledger = self._here()
        hands: Hands
        if isinstance(tool, ForeignTool):
            hands = ToolHands(tool, grants=ledger.grants, policy=self.policy)
        else:
            hands = await tool(ledger.grants)
        await self._open(place.run)
        if "calls" in self.budget:
            hold = replace(hold, calls=hold.calls + 1)
        try:
            effect = await self._done(ledger, place, call, hands, hold=hold)
        except ApprovalNeeded as error:
            if error.request is None:
                raise
            approval = await self.requests.put(error.request, effect=place.id)
            if approval.state == "expired":
                approval = await self.requests.put(error.request, effect=place.id, again=True)
            if approval.state != "approved" or approval.grant is None:
                return _consent(approval)
            effect = await self._done(ledger, place, call, hands, hold=hold, grant=approval.grant)
        return effect if effect.is_final else _doubt(effect)

    async def begin(self, run: str, amounts: Amounts) -> str:
        """Hold the amounts for a call of a model that is about to be made. What it gives is for `end`.

        Raises:
            OverBudget: the run has not as much left.
            StoreError: the store cannot be used.
        """
        await self._open(run)
        holder = f"{run}/model/{uuid4().hex}"
        await self.store.run(lambda it: books.hold(it, holder=holder, account=run, amounts=amounts))
        return holder

    async def end(self, holder: str, spent: Amounts | None) -> None:
        """What was held is spent, or what it has cost in place of it.

        Raises:
            StoreError: the store cannot be used.
        """
        await self.store.run(lambda it: books.settle(it, holder=holder, spent=spent))

    async def answer(self, waiting: Unanswered, said: object) -> str:
        """Take a person's answer; empty, or what is wrong with it, in a sentence.

        It is a mapping with `id`, which is that of what waits, `decision`, `by`, and `why` or `evidence`.
        Anything else changes nothing: it may have been answered elsewhere.
        """
        if not isinstance(said, Mapping) or said.get("id") != waiting.id:
            return ""
        by = str(said.get("by") or "")
        decision: Any = said.get("decision")  # what it may be is checked where it is done
        why = str(said.get("why") or said.get("evidence") or "")
        try:
            if waiting.effect is not None:
                await self._here().decide(waiting.effect.id, decision, by=by, evidence=why)
            elif decision == "approve":
                await self.requests.approve(waiting.id, by=by)
            elif decision == "deny":
                await self.requests.deny(waiting.id, by=by, why=why)
            else:
                return f"{decision!r} is neither approve nor deny"
        except InterlockError as error:
            return error.message
        return ""

    async def aclose(self) -> None:
        """Disconnect from the store."""
        await self.store.aclose()

    def _here(self) -> Ledger:
        if self._ledger is not None:
            return self._ledger
        loop = asyncio.get_running_loop()
        if loop not in self._ledgers:
            consume = self.requests.consume
            self._ledgers[loop] = Ledger(self.store, lease=self._lease, log=self._log, consume=consume)
        return self._ledgers[loop]

    async def _open(self, run: str) -> None:
        if self.budget and run not in self._opened:
            await self.store.run(lambda connection: books.limit(connection, run, **self.budget))
            self._opened.add(run)

    async def _done(self, ledger: Ledger, place: Place, call: ToolCall, hands: Any, **how: Any) -> Effect:
        """Performed. What somebody works on is waited for: whoever it is may settle it any moment, and what
        was left by a process that is gone is taken over once its lease has ended.
        """
        began, pause = elapsed(), _PAUSE
        while True:
            try:
                return await ledger.perform(place, call, hands, **how)
            except LedgerBusy as error:
                if elapsed() - began > _LEASES * self._lease:
                    raise
                await asyncio.sleep(min(error.seconds or pause, pause))
                pause = min(2 * pause, _LONGEST)


def _consent(approval: Approval) -> Unanswered:
    asked = approval.request
    about = {
        "kind": "approval",
        "id": approval.id,
        "effect": approval.effect,
        "does": asked.effect,
        "tool": asked.tool,
        "arguments": dict(asked.call.arguments),
        "preview": None if asked.preview is None else asked.preview.text,
        "agreed": list(approval.agreed),
        "needed": approval.needed,
    }
    return Unanswered(id=approval.id, about=about, approval=approval)


def _doubt(effect: Effect) -> Unanswered:
    # An answer is to this doubt: once it has been sent again, another one is needed.
    id_ = f"{effect.id}#{effect.epoch}"
    about = {
        "kind": "effect",
        "id": id_,
        "effect": effect.id,
        "state": effect.state,
        "tool": effect.tool,
        "arguments": dict(effect.arguments),
        "content": str(effect.content),
    }
    return Unanswered(id=id_, about=about, effect=effect)
