"""The ledger: what performs effects, finds out what has come of them, and asks a person where it cannot."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from interlock import ApprovalRequest, Grant, RequestError, ToolCall
from interlock.protocols import DurableLog
from interlock.tools import args_digest
from interlock.types.canonical import plainly
from interlock.types.clocks import elapsed
from interlock_agents.approvals import consume as consume_given
from interlock_agents.budgets import Amounts
from interlock_agents.errors import LedgerBusy
from interlock_agents.ledger import deciding, telling
from interlock_agents.ledger.effects import Effect
from interlock_agents.ledger.grants import SendingGrants
from interlock_agents.ledger.hands import Hands
from interlock_agents.ledger.leaving import Held, leave
from interlock_agents.ledger.means import Means, nothing
from interlock_agents.ledger.reading import Reading
from interlock_agents.ledger.reconciling import HandsOf, Reconciled, reconciled
from interlock_agents.ledger.repeatable import read
from interlock_agents.ledger.taking import ConsentWanted, Consume, Turn, Wanted, claim, take
from interlock_agents.ledger.transitions import Decided
from interlock_agents.ledger.working import TooLate, Work
from interlock_agents.places import Place
from interlock_agents.store import Store

_NOTHING = Amounts()


class Ledger(Reading):
    """Effects in a store. Event loops do not share one; processes share the store.

    Args:
        store: where effects are kept.
        owner: who works, for people; two that have the same are told apart anyway.
        lease: seconds for which nobody else takes up an effect that is worked on. Each sending ends inside
            it, so it has to be longer than tools take.
        margin: seconds before its end after which nothing is sent; by default a tenth of it.
        attempts: how many times an effect is sent in a row before it is let go of.
        pause: seconds before the first repetition; each later one waits twice as long.
        log: has entries before what they tell of: `Router.log`.
        consume: uses a grant in the transaction of an effect's intent; by default, one that was given in the
            store. What a program has made itself is no consent.
        clock: seconds on a clock that nobody sets.
        sleep: waits for so many seconds.
        at: called with the name of each boundary that is reached; for tests.

    Attributes:
        grants: what toolboxes are made with whose tools it runs: `router.toolbox(grants=ledger.grants)`.

    Raises:
        RequestError: a number is none that can be.
    """

    def __init__(
        self,
        store: Store,
        *,
        owner: str = "",
        lease: float = 30.0,
        margin: float | None = None,
        attempts: int = 3,
        pause: float = 0.5,
        log: DurableLog | None = None,
        consume: Consume | None = None,
        clock: Callable[[], float] = elapsed,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        at: Callable[[str], None] = nothing,
    ) -> None:
        margin = lease / 10 if margin is None else margin
        if not (lease > 0 and 0 <= margin < lease):
            raise RequestError(f"expected seconds above the margin, not {lease} and {margin}", key="lease")
        if attempts < 1:
            raise RequestError("expected at least one attempt", key="attempts")
        super().__init__(store)
        self.grants = SendingGrants()
        self._consume = consume or self._consume_given
        self._means = Means(
            store=store,
            log=log,
            grants=self.grants,
            owner=f"{owner or 'ledger'}:{uuid4().hex[:12]}",
            lease=lease,
            margin=margin,
            attempts=attempts,
            pause=pause,
            clock=clock,
            sleep=sleep,
            at=at,
        )

    async def perform(
        self,
        place: Place,
        call: ToolCall,
        hands: Hands,
        *,
        grant: Grant | None = None,
        hold: Amounts = _NOTHING,
        account: str | None = None,
        after: Iterable[str] = (),
        compensates: str | None = None,
        keep: bool = False,
    ) -> Effect:
        """Carry out what the call asks for at that place, once, or find out what has come of it.

        Whoever is cancelled lets go of it: the next one need not wait for the lease, and finds out.

        Args:
            place: where in its run; it identifies the effect.
            call: what a model, or whoever else, asks for.
            hands: what carries it out.
            grant: a person's consent; it is used up in the transaction that writes the intent.
            hold: what it may cost; kept on the account until it is settled.
            account: whose; by default the run's.
            after: the nodes of the run on which this one depends.
            compensates: the id of the effect that this one takes back.
            keep: write it down even where it only reads.

        Returns:
            Confirmed, failed, or put before a person; `sent` where nobody knows yet and the service cannot
            be reached: perform it again later, or reconcile.

        Raises:
            EffectChanged: something else was asked for there before.
            EffectOpen: what has to be known first is not known yet.
            LedgerBusy: somebody else works on it.
            ApprovalNeeded: a person has to agree first.
            OverBudget: what is to be held exceeds a limit.
            UnknownTool: the tool is not there. Nothing was done, as in the rest.
            NoLongerAllowed: constraints forbid it.
            LogUnavailable: the log may not have what is to be sent.
            StoreError: the store cannot be used. It may have been done: perform it again.
        """
        self._means.at("begin")
        wanted = Wanted(
            place=place,
            call=call,
            arguments=plainly(call.arguments, key="arguments"),
            arguments_digest=args_digest(call.arguments),
            key=place.key(call.name, call.arguments),
            tool_digest=hands.digest,
            classified=hands.classified,
            needs_grant=hands.needs_grant,
            owner=self._means.owner,
            lease=self._means.lease,
            hold=hold,
            account=account or place.run,
            after=tuple(after),
            compensates=compensates,
            grant=grant,
        )
        if hands.classified.effect == "read" and not (keep or hands.needs_grant or grant):
            effect = await read(self._means, wanted, hands)
        else:
            effect = await self._perform(wanted, hands)
        self._means.at("end")
        return effect

    async def _perform(self, wanted: Wanted, hands: Hands) -> Effect:
        for _ in range(self._means.attempts):
            began = self._means.clock()
            self._means.at("before_intent")
            try:
                effect, turn = await self._take(wanted)
            except ConsentWanted:
                place = wanted.place
                asked = await hands.ask_for(wanted.call, run=place.run, step=place.step)
                wanted = replace(wanted, asked=asked)
                began = self._means.clock()
                effect, turn = await self._take(wanted)
            if turn == "over":
                return effect
            if turn == "doubt":
                self._means.at("claimed")
            else:
                self._means.at("after_intent")
                self._means.at("after_sent")
            with suppress(TooLate):
                return await Work(self._means, effect, hands, began=began).done(turn)
        raise LedgerBusy(f"{wanted.place.id} was never sent in time", place=wanted.place.id, seconds=0.0)

    def _consume_given(
        self, connection: Connection, grant: Grant, asked: ApprovalRequest, *, effect: str
    ) -> str | None:
        return consume_given(connection, grant, asked, effect=effect, now=self.store.now(connection))

    async def _take(self, wanted: Wanted) -> tuple[Effect, Turn]:
        means, consume = self._means, self._consume
        taken: list[tuple[Effect, Turn]] = []

        def work(connection: Connection) -> tuple[Effect, Turn]:
            taken.append(take(connection, wanted, now=means.now(connection), consume=consume))
            return taken[0]

        try:
            return await self.store.run(work)
        except asyncio.CancelledError:
            await leave(means, lambda: next((Held(effect, turn == "doubt") for effect, turn in taken), None))
            raise

    async def decide(
        self,
        id_: str,
        decision: Decided,
        *,
        by: str,
        evidence: str,
        receipt: Mapping[str, Any] | None = None,
    ) -> Effect:
        """Have a person say what has become of an effect of which nobody knows.

        Args:
            id_: the effect's.
            decision: `confirmed`, it has happened; `failed`, it has not and will not; `retry`, send it again
                when its run goes on; `abandon`, nobody will ever know.
            by: who decides, as the authentication says.
            evidence: what they looked at.
            receipt: a JSON object that names what was done.

        Raises:
            RequestError: there is no such effect or decision, nobody is named, it is known already, or it may
                still happen, and so has neither failed nor may be sent again.
            LedgerBusy: somebody works on it.
            LogUnavailable: the log may not have it.
            StoreError: the store cannot be used.
        """
        deciding.check(decision, by=by, evidence=evidence)
        means = self._means
        # Held against the rules before the log is told, and again where it is done.
        effect = await self.store.read(lambda c: deciding.decidable(c, id_, decision, now=means.now(c)))
        await means.tell([telling.decided(effect, decision=decision, by=by, evidence=evidence)])
        return await self.store.run(
            lambda c: deciding.decided(
                c, id_, decision, now=means.now(c), by=by, evidence=evidence, receipt=receipt
            )
        )

    async def reconcile(self, run: str | None, hands_of: HandsOf) -> Reconciled:
        """Find out what has come of effects that were sent and that nobody works on, of a run or of all.

        It is what performing them again does: what may be sent again is. `hands_of` finds what carries out a
        tool, by the name that calls have.

        Raises:
            StoreError: the store cannot be used.
        """
        sent = [effect for effect in await self.open(run) if effect.state == "sent"]
        return await reconciled(sent, hands_of, self._look_after)

    async def _look_after(self, effect: Effect, hands: Hands) -> Effect:
        means, store = self._means, self.store
        began = means.clock()
        mine = await store.run(
            lambda c: claim(c, effect, now=means.now(c), owner=means.owner, lease=means.lease)
        )
        means.at("claimed")
        return await Work(means, mine, hands, began=began).done("doubt")
