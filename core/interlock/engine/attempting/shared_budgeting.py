"""Budgets that several processes count together: what an attempt may take is held before it is sent."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from math import inf, isfinite

from interlock.budgets.books import FURTHER, Book, units
from interlock.budgets.ledger import Ledger, Place, Reservation
from interlock.budgets.mirrored import MirroredBook
from interlock.budgets.shortfalls import Shortfall
from interlock.engine.attempting.allotments import Allotment, Allotments
from interlock.engine.attempting.budget_sources import Untold
from interlock.engine.attempting.budgeting import Budgeting, no_longer, used_tokens
from interlock.engine.attempting.recorder import AttemptScope
from interlock.engine.bridge import Bridge
from interlock.engine.ledger_writer import LedgerWriter
from interlock.errors import InterlockError, StoreError
from interlock.protocols import BudgetSource
from interlock.types.budgets import Budget, Spending
from interlock.types.ledgers import AccountTally, Hold, Look, Settlement, SharedAccount
from interlock.types.models import Deployment
from interlock.types.random_ids import random_id
from interlock.types.records import AttemptRecord
from interlock.types.request import Request

_LONGEST_NAME = 200  # characters; an index takes no more than so many
_MOST_PLACES = 200_000  # accounts whose figures are taken note of
_ASKED = 1_000  # accounts that are asked about at once


@dataclass(frozen=True, slots=True)
class _Held:
    """What an attempt holds, in the ledger or of an allotment. `own` is set while the ledger is out of reach,
    and counts in this process.
    """

    place: Hold | Allotment
    tokens: int
    money: int
    own: Reservation | None = None


class SharedBudgeting(Budgeting):
    """As `Budgeting`, over a ledger that is shared: its own has the figures as they were last heard.

    Decisions go by these figures while they are fresh, attempts by what the ledger says, be it each time or
    for as many as an allotment is for. With `grace`, the
    figures and what this process counts itself will do for so many seconds after the ledger was last reached.
    """

    def __init__(
        self,
        ledger: Ledger,
        deployments: Mapping[str, Deployment],
        sources: Sequence[BudgetSource] = (),
        *,
        grace: float | None = None,
    ) -> None:
        super().__init__(ledger, deployments, sources)
        self._grace = grace
        self._held: dict[AttemptScope, _Held] = {}
        self._places: dict[str, Place] = {}
        self._known: dict[Place, tuple[Budget, SharedAccount]] = {}
        self._writer: LedgerWriter | None = None

    def through(self, writer: LedgerWriter, bridge: Bridge) -> None:
        """What takes the steps to the ledger; to be told before anything is asked."""
        self._writer = writer
        self._ahead = Allotments(writer, bridge)

    async def spent(self, request: Request | None) -> tuple[Spending, ...]:
        self._ahead.give_back()
        await self.writer.take(Look(accounts=self._asked(request)))
        return await super().spent(request)

    def hear(self, tallies: Mapping[str, AccountTally]) -> None:
        """How accounts stand by now; from the bridge's thread."""
        with self.ledger.shelf.lock:
            for name, tally in tallies.items():
                book, key = self._places.get(name, (None, None))
                if isinstance(book, MirroredBook):
                    book.hears(key, tally)

    def began(self, scope: AttemptScope) -> None:
        """Nothing is held before `reserve` is awaited."""

    async def reserve(self, scope: AttemptScope) -> None:
        """Have held what an attempt may take.

        Raises:
            NoLongerAllowed: a budget does not reach.
            StoreError: the ledger is out of reach.
        """
        state, deployment = scope.state, scope.call.deployment.id
        tokens, usd = self._taking(scope)
        judged = state.judged
        sourced, metadata = self._told(scope, judged), judged.metadata or {}
        places = self.ledger.places(deployment, metadata, usd, sourced)
        if isinstance(places, Shortfall):
            raise no_longer(deployment, places.sentence)
        if not places:
            return
        accounts, money = self._accounts(places), 0 if usd is None else units(usd)
        allotment = self._ahead.draw(accounts, places, tokens, money)
        if allotment is not None:
            self._held[scope] = _Held(allotment, tokens, money)
            return
        known = self.ledger.refusal(places, tokens, usd, firm=False)
        if known is not None:  # the ledger need not be asked
            raise no_longer(deployment, known.sentence)
        hold = Hold(id=random_id(), accounts=accounts, tokens=tokens, money=money)
        scope.unsent = True
        try:
            async with asyncio.timeout_at(state.due):
                granted = await self.writer.take(hold)
                if not granted and self._ahead.give_back():
                    granted = await self.writer.take(hold)
        except TimeoutError:
            raise state.too_late() from None
        except StoreError:
            if not self._in_grace():
                raise
            own = self.ledger.reserve(deployment, metadata, tokens, usd, sourced)
            if isinstance(own, Shortfall):
                raise no_longer(deployment, own.sentence) from None
            hold = replace(hold, id=random_id(), forced=True)
            self.writer.leave(hold)
            self._held[scope] = _Held(hold, tokens, money, own)
        else:
            if not granted:
                found = self.ledger.refusal(places, tokens, usd)
                why = "budget of others: what it lacked is there again" if found is None else found.sentence
                raise no_longer(deployment, why)
            self._held[scope] = _Held(hold, tokens, money)
        scope.unsent = False

    def ended(self, scope: AttemptScope, failure: InterlockError | None, record: AttemptRecord) -> None:
        held = self._held.pop(scope, None)
        if held is None:
            return
        cost, known = record.cost, used_tokens(failure, record)
        if held.own is not None:
            self.ledger.settle(held.own, known, cost)
        place = held.place
        tokens = held.tokens if known is None else max(0, known)
        money = held.money if cost is None or not isfinite(cost) else max(0, units(cost))
        if isinstance(place, Allotment):
            self._ahead.settle(place, (held.tokens, held.money), tokens, money)
        else:
            self.writer.leave(
                Settlement(id=place.id, accounts=place.accounts, requests=1, tokens=tokens, money=money)
            )

    @property
    def writer(self) -> LedgerWriter:
        if self._writer is None:
            raise RuntimeError("the ledger was not opened")
        return self._writer

    def _in_grace(self) -> bool:
        since = self.writer.unreached
        return self._grace is not None and since is not None and since <= self._grace

    def _asked(self, request: Request | None) -> tuple[SharedAccount, ...]:
        """The accounts that a request falls under; without one, those that are known of."""
        if request is None:
            return self._accounts([*self.ledger.common(), *list(self._places.values())[-_ASKED:]])
        try:
            sourced = self._sources.of(request)
        except Untold:
            sourced = ()
        return self._accounts(self.ledger.under(request.metadata or {}, sourced))

    def _accounts(self, places: Sequence[Place]) -> tuple[SharedAccount, ...]:
        """Accounts as the ledger knows them; what is heard of them is taken note of from here on."""
        if len(self._known) > _MOST_PLACES:
            self._places.clear()
            self._known.clear()
        return tuple([self._account(place) for place in places])

    def _account(self, place: Place) -> SharedAccount:
        book = place[0]
        budget, account = self._known.get(place, (None, None))
        if account is None or budget is not book.budget:
            account = SharedAccount(
                name=_name(*place),
                per=book.budget.per,
                money=None if book.money == inf else int(book.money),
                tokens=book.budget.tokens,
                requests=book.budget.requests,
            )
            self._known[place] = book.budget, account
            self._places[account.name] = place
        return account


def _name(book: Book, key: object) -> str:
    """The same in every process that has the budget, and for no other account."""
    whose = [key] if isinstance(key, str) else ["further"] * 2 if key is FURTHER else []
    budget = (book.source, book.budget.id, book.budget.per, book.each)
    name = json.dumps([*budget, *whose], separators=(",", ":"))
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[: _LONGEST_NAME // 2]}#{sha256(name.encode()).hexdigest()}"
