"""Room in a shared ledger that a process holds ahead, and serves attempts from without asking."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from time import monotonic

from interlock.budgets.ledger import Place
from interlock.budgets.mirrored import Figure, fresh
from interlock.engine.bridge import Bridge
from interlock.engine.ledger_writer import LedgerWriter, Outcome, given_back
from interlock.errors import StoreError
from interlock.forks import anew, lock_of
from interlock.types.ledgers import Hold, Settlement, SharedAccount
from interlock.types.random_ids import random_id

LIFE = 0.5
"""Seconds after which what nobody drew from an allotment is on its way back."""
SHARE = 32
"""One part in so many of what is left in an account may be held ahead by one process."""
_BUSY = 16  # attempts in one life from which on it is worth while
_LEAST = 4  # attempts that it is for
_TOLD = 2.0  # seconds until what was used of one is settled, while some of it is still under way
_MANY = 10_000  # sets of accounts that are told apart


class Allotment:
    """A hold for several attempts: what is free of it, what of it is under way, and what was used since it
    was last settled. Not thread-safe: its `Allotments` have the lock.
    """

    __slots__ = (
        "accounts", "free_money", "free_requests", "free_tokens", "id", "money", "requests", "settled_at",
        "tokens", "until", "used_money", "used_requests", "used_tokens",
    )  # fmt: skip

    def __init__(self, hold: Hold, now: float) -> None:
        self.id, self.accounts = hold.id, hold.accounts
        self.free_requests, self.free_tokens, self.free_money = hold.requests, hold.tokens, hold.money
        self.requests = self.tokens = self.money = 0  # under way
        self.used_requests = self.used_tokens = self.used_money = 0
        self.until, self.settled_at = now + 2 * LIFE, now

    def draw(self, tokens: int, money: int) -> bool:
        """Take what one attempt may use. Whether there was so much."""
        if self.free_requests < 1 or self.free_tokens < tokens or self.free_money < money:
            return False
        self.free_requests -= 1
        self.free_tokens -= tokens
        self.free_money -= money
        self.requests += 1
        self.tokens += tokens
        self.money += money
        return True

    def use(self, held: tuple[int, int], tokens: int, money: int) -> None:
        """An attempt that held so many tokens and so much money has used so much of both."""
        self.requests -= 1
        self.tokens -= held[0]
        self.money -= held[1]
        self.used_requests += 1
        self.used_tokens += tokens
        self.used_money += money

    def parted(self, now: float) -> tuple[Settlement, Hold | None]:
        """The settlement of what was used, and a hold for what is under way, which this one is from now on.
        Nothing of it is free any more.
        """
        settlement = Settlement(
            id=self.id,
            accounts=self.accounts,
            requests=self.used_requests,
            tokens=self.used_tokens,
            money=self.used_money,
        )
        rest = None
        if self.requests:
            rest = Hold(
                id=random_id(),
                accounts=self.accounts,
                requests=self.requests,
                tokens=self.tokens,
                money=self.money,
                forced=True,
                windows_of=self.id,
            )
            self.id = rest.id
        self.free_requests = self.free_tokens = self.free_money = 0
        self.used_requests = self.used_tokens = self.used_money = 0
        self.settled_at = now
        return settlement, rest


class _Demand:
    """What attempts at one set of accounts ask for, in this life and in the one before.

    Attributes:
        waits: the hold that is asked for; or when there was none worth asking for, which is so until the life
            is over.
    """

    __slots__ = ("accounts", "before", "began", "current", "money", "places", "requests", "tokens", "waits")

    def __init__(self, accounts: tuple[SharedAccount, ...], places: Sequence[Place]) -> None:
        self.accounts, self.places = accounts, places
        self.began = float("-inf")
        self.before = self.requests = self.tokens = self.money = 0
        self.current: Allotment | None = None
        self.waits: Hold | float | None = None

    def add(self, tokens: int, money: int, now: float) -> None:
        if now - self.began >= LIFE:
            self.before = self.recent(now)
            self.requests = self.tokens = self.money = 0
            self.began = now
            if not isinstance(self.waits, Hold):
                self.waits = None
        self.requests, self.tokens, self.money = self.requests + 1, self.tokens + tokens, self.money + money

    def recent(self, now: float) -> int:
        """Attempts in a whole life, of late."""
        since = now - self.began
        return max(self.requests, self.before) if since < LIFE else self.requests if since < 2 * LIFE else 0

    def wanted(self, now: float) -> Hold | None:
        """Twice what is asked for in one life, as far as each account has so much to spare."""
        requests = 2 * self.recent(now)
        tokens, money = -(-self.tokens // self.requests), -(-self.money // self.requests)
        for account, (book, key) in zip(self.accounts, self.places, strict=True):
            figure = fresh(book, key)
            if figure is None:
                return None
            requests = min(requests, *_spare(account, figure, tokens, money), requests)
        if requests < _LEAST:
            return None
        return Hold(
            id=random_id(),
            accounts=self.accounts,
            requests=requests,
            tokens=requests * tokens,
            money=requests * money,
        )


class Allotments:
    """Those of one router. Thread-safe.

    An allotment is one hold in the ledger, and is settled there like any other: by what its attempts used,
    while those that are under way are held on, in the windows in which they were. What nobody drew from it is
    on its way back after a LIFE. It is never more than a SHARE of what is left in each of its accounts, so
    that near a limit every attempt is held by itself.
    """

    def __init__(
        self, writer: LedgerWriter, bridge: Bridge, *, clock: Callable[[], float] = monotonic
    ) -> None:
        """`clock` returns seconds that never run backwards."""
        self._writer, self._bridge, self._clock = writer, bridge, clock
        self._lock = lock_of(self)
        self._begin()
        anew(self._begin)
        writer.before_closing = self.close

    def _begin(self) -> None:
        """Also in the child of a fork: what is held is the parent's."""
        self._demands: dict[tuple[str, ...], _Demand] = {}
        self._lent: set[_Demand] = set()  # those that have an allotment
        self._leaving: set[Allotment] = set()  # nobody draws from these any more
        self._ticking: object = None  # the row of ticks that goes on

    def draw(
        self, accounts: tuple[SharedAccount, ...], places: Sequence[Place], tokens: int, money: int
    ) -> Allotment | None:
        """The allotment that an attempt is served from; None when the ledger has to be asked.

        `places` are the accounts, as this process knows them.
        """
        names = tuple([each.name for each in accounts])
        with self._lock:
            now = self._clock()
            demand = self._demands.get(names)
            if demand is None:
                demand = self._demanded(names, _Demand(accounts, places))
            demand.add(tokens, money, now)
            if demand.accounts != accounts:
                self._leave(demand, now)
                demand.accounts, demand.waits = accounts, None
            current = demand.current
            if current is not None and now < current.until and current.draw(tokens, money):
                if 2 * current.free_requests >= demand.requests:
                    return current
            else:
                current = None
            if demand.waits is None and demand.recent(now) >= _BUSY:
                demand.places = places
                self._ask(demand, now)
            return current

    def settle(self, allotment: Allotment, held: tuple[int, int], tokens: int, money: int) -> None:
        """What an attempt has used, in place of the tokens and the money that it had `held`."""
        with self._lock:
            allotment.use(held, tokens, money)
            if not allotment.requests and allotment in self._leaving:
                self._settle(allotment, self._clock())

    def give_back(self) -> bool:
        """Hand over to the ledger's writer what is free and what was used. Whether anything was."""
        with self._lock:
            now = self._clock()
            found = [each for each in self._leaving if each.used_requests]
            for each in found:
                self._settle(each, now)
            lent = list(self._lent)
            for demand in lent:
                self._leave(demand, now)
            return bool(found or lent)

    def close(self) -> None:
        """`give_back`, and take nothing that is still being asked for. A later `draw` may begin again."""
        with self._lock:
            self.give_back()
            for demand in self._demands.values():
                demand.waits = None
            self._ticking = None

    def _demanded(self, names: tuple[str, ...], demand: _Demand) -> _Demand:
        if len(self._demands) >= _MANY:
            self._demands = {
                name: each
                for name, each in self._demands.items()
                if each.current is not None or isinstance(each.waits, Hold)
            }
        return self._demands.setdefault(names, demand)

    def _ask(self, demand: _Demand, now: float) -> None:
        demand.waits = now
        hold = demand.wanted(now)
        if hold is not None:
            with suppress(StoreError):
                self._writer.ask(hold, partial(self._told, demand, hold))
                demand.waits = hold

    def _told(self, demand: _Demand, hold: Hold, outcome: Outcome) -> None:
        """What came of asking. What may have been held and was not heard of, the writer gives back."""
        granted = outcome is True
        with self._lock:
            now = self._clock()
            awaited = demand.waits is hold
            if awaited:
                self._leave(demand, now)
                demand.waits = None if granted else now
            if not granted:
                return
            if not awaited:
                self._writer.leave(given_back(hold))
                return
            demand.current = Allotment(hold, now)
            self._lent.add(demand)
            if self._ticking is None:
                self._ticking = object()
                self._bridge.call_soon(partial(self._tick_later, self._ticking))

    def _tick_later(self, row: object) -> None:
        asyncio.get_running_loop().call_later(LIFE / 2, self._tick, row)

    def _tick(self, row: object) -> None:
        """Twice in a LIFE while there are allotments, on the bridge's thread."""
        with self._lock:
            if row is not self._ticking:
                return
            now = self._clock()
            for demand in list(self._lent):
                if demand.current is not None and now >= demand.current.until - LIFE:
                    self._renew(demand, now)
            for each in list(self._leaving):
                due = each.used_requests >= each.requests or now - each.settled_at >= _TOLD
                if each.used_requests and due:
                    self._settle(each, now)
            if self._lent or self._leaving:
                self._tick_later(row)
            else:
                self._ticking = None

    def _renew(self, demand: _Demand, now: float) -> None:
        """Ask for another one, in whose favour this one is left; without demand, leave it now."""
        if not isinstance(demand.waits, Hold) and demand.recent(now) >= _BUSY:
            self._ask(demand, now)
        if not isinstance(demand.waits, Hold):
            self._leave(demand, now)

    def _leave(self, demand: _Demand, now: float) -> None:
        """Nobody draws from the current one any more; what is free of it goes back."""
        current, demand.current = demand.current, None
        self._lent.discard(demand)
        if current is not None:
            self._leaving.add(current)
            self._settle(current, now)

    def _settle(self, allotment: Allotment, now: float) -> None:
        """Settle it by what was used. What is under way is held on before that, and so throughout."""
        settlement, rest = allotment.parted(now)
        if rest is None:
            self._leaving.discard(allotment)
        else:
            self._writer.leave(rest)
        self._writer.leave(settlement)


def _spare(account: SharedAccount, figure: Figure, tokens: int, money: int) -> list[int]:
    """How many attempts of so much a share of what is left is enough for, by each of the account's limits."""
    return [
        max(0, limit - used) // SHARE // each
        for limit, used, each in (
            (account.requests, figure.requests, 1),
            (account.tokens, figure.tokens, tokens),
            (account.money, figure.money, money),
        )
        if limit is not None and each > 0
    ]
