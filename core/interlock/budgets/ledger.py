"""What may still be spent: reserved before an attempt, settled after it. Exact, and pure but for a lock.

An attempt counts in the window in which it was reserved, whenever it ends, so that what a window lets through
is bounded by what was left in it. US dollars are counted in whole picodollars: sums of many small costs stay
exact, and nothing is ever a little less than zero.
"""

from collections.abc import Callable, Mapping, Sequence
from math import inf, isfinite

from interlock.budgets.books import EMPTY, NOBODY, Account, Book, Books, Sourced, units
from interlock.budgets.shortfalls import Shortfall
from interlock.types.budgets import Budget, Spending

Place = tuple[Book, object]
"""An account, by its book and its key there."""


class Reservation:
    """What one attempt has set aside, until it is settled or released."""

    __slots__ = ("accounts", "money", "tokens")

    def __init__(self, accounts: tuple[Account, ...], tokens: int, money: int) -> None:
        self.accounts = accounts
        self.tokens = tokens
        self.money = money


class Ledger:
    """The budgets of one router. Thread-safe. `clock` returns seconds since the epoch.

    Amounts are those of one attempt: one request, `tokens`, and `usd`, which is None when no price is known:
    a budget in US dollars then refuses it, because it could not count it. `sourced` are budgets beside its
    own, told for the request at hand.
    """

    def __init__(
        self,
        budgets: Sequence[Budget],
        clock: Callable[[], float],
        counted_as: Callable[[str], str] = lambda deployment: deployment,
        shelf: Books | None = None,
    ) -> None:
        """`counted_as` gives another name under which budgets may cover a deployment, or its own."""
        self._budgets = tuple(budgets)
        self._clock = clock
        self._counted_as = counted_as
        self.join(Books() if shelf is None else shelf)

    def join(self, shelf: Books) -> None:
        """Count in these books from here on, with whoever else does; by the limits of this ledger's budgets.
        To be called before anything is counted.
        """
        self.shelf = shelf
        with shelf.lock:
            self._books = tuple(shelf.of("", budget, self._clock()) for budget in self._budgets)
        self._of: dict[str, tuple[Book, ...]] = {}

    def now(self) -> float:
        return self._clock()

    def snapshot(self) -> tuple[Spending, ...]:
        """Every account that something was spent from in the present window: those of its own budgets in
        their order, then those of others that were told of in it.
        """
        with self.shelf.lock:
            now = self._clock()
            for book in self._books:
                if not book.start <= now < book.end:
                    book.turn(now)
            told = [book for book in self.shelf if book.source and book.start <= now < book.end]
            return tuple(row for book in (*self._books, *told) for row in book.spending())

    def spending(self, metadata: Mapping[str, str], sourced: Sourced = ()) -> tuple[Spending, ...]:
        """The accounts that a request with this metadata falls under, wherever it goes."""
        with self.shelf.lock:
            now = self._clock()
            rows = []
            for book, key in self.under(metadata, sourced):
                if not book.start <= now < book.end:
                    book.turn(now)
                rows.append(book.spent(key, book.accounts.get(key, EMPTY)))
            return tuple(rows)

    def ample(
        self, metadata: Mapping[str, str], tokens: int, usd: float | None, sourced: Sourced = ()
    ) -> bool:
        """Whether no budget at all stands in the way of an attempt, wherever it goes."""
        money = inf if usd is None else units(usd)
        with self.shelf.lock:
            now = self._clock()
            for book in self._books if not sourced else (*self._books, *self._told(sourced, None, now)):
                if not book.start <= now < book.end:
                    book.turn(now)
                key = book.key(metadata)
                if key is not None and not book.allows(book.accounts.get(key, EMPTY), tokens, money):
                    return False
        return True

    def shortfall(
        self,
        deployment: str,
        metadata: Mapping[str, str],
        tokens: int,
        usd: float | None,
        sourced: Sourced = (),
        *,
        firm: bool = False,
    ) -> Shortfall | None:
        """What is in the way of an attempt now, if anything is. Reserves nothing. Where accounts are counted
        elsewhere, a `firm` look goes by the last figures, however old they are.
        """
        money = inf if usd is None else units(usd)
        with self.shelf.lock:
            return self._check(deployment, metadata, tokens, money, sourced, firm=firm)[1]

    def under(self, metadata: Mapping[str, str], sourced: Sourced = ()) -> list[Place]:
        """The accounts that a request falls under, wherever it goes."""
        with self.shelf.lock:
            now = self._clock()
            books = (*self._books, *self._told(sourced, None, now))
            return [(book, key) for book in books if (key := book.key(metadata)) is not None]

    def common(self) -> list[Place]:
        """The accounts of its own budgets that have one for everybody."""
        return [(book, NOBODY) for book in self._books if book.each is None]

    def places(
        self, deployment: str, metadata: Mapping[str, str], usd: float | None, sourced: Sourced = ()
    ) -> list[Place] | Shortfall:
        """The accounts that an attempt falls under; what is in its way if its price is not known."""
        money = inf if usd is None else units(usd)
        with self.shelf.lock:
            found, refusal = self._check(deployment, metadata, 0, money, sourced, firm=True)
            return found if usd is not None or refusal is None else refusal

    def refusal(
        self, places: Sequence[Place], tokens: int, usd: float | None, *, firm: bool = True
    ) -> Shortfall | None:
        """What of these is in the way of an attempt; as for `shortfall`."""
        money = 0 if usd is None else units(usd)
        refusal: Shortfall | None = None
        with self.shelf.lock:
            for book, key in places:
                account = book.accounts.get(key, EMPTY)
                if not (book.has_room if firm else book.allows)(account, tokens, money):
                    complaint = book.complaint(key, tokens, money)
                    if refusal is None or complaint.outlasts(refusal):
                        refusal = complaint
        return refusal

    def reserve(
        self,
        deployment: str,
        metadata: Mapping[str, str],
        tokens: int,
        usd: float | None,
        sourced: Sourced = (),
    ) -> Reservation | Shortfall:
        """Set the amounts aside in every account that the attempt falls under, or in none."""
        money = 0 if usd is None else units(usd)
        with self.shelf.lock:
            wanted = inf if usd is None else money
            found, refusal = self._check(deployment, metadata, tokens, wanted, sourced, firm=True)
            if refusal is not None:
                return refusal
            accounts = []
            for book, key in found:
                account = book.accounts.get(key)
                if account is None:
                    account = book.accounts[key] = book.new_account()
                account.requests += 1
                account.tokens += tokens
                account.held_tokens += tokens
                account.money += money
                account.held_money += money
                accounts.append(account)
            return Reservation(tuple(accounts), tokens, money)

    def settle(self, reservation: Reservation, tokens: int | None, usd: float | None) -> None:
        """Replace what was reserved by what was used, which may be more; what nobody knows (None) stays.

        A reservation is settled once; what comes after changes nothing.
        """
        used_tokens = reservation.tokens if tokens is None else max(0, tokens)
        used_money = reservation.money if usd is None or not isfinite(usd) else max(0, units(usd))
        self._close(reservation, 1, used_tokens, used_money)

    def release(self, reservation: Reservation) -> None:
        """As if it had never been: the attempt was not sent."""
        self._close(reservation, 0, 0, 0)

    def _close(self, reservation: Reservation, requests: int, tokens: int, money: int) -> None:
        with self.shelf.lock:
            for account in reservation.accounts:
                account.requests += requests - 1
                account.tokens += tokens - reservation.tokens
                account.held_tokens -= reservation.tokens
                account.money += money - reservation.money
                account.held_money -= reservation.money
            reservation.accounts = ()

    def _check(
        self,
        deployment: str,
        metadata: Mapping[str, str],
        tokens: int,
        money: float,
        sourced: Sourced,
        *,
        firm: bool,
    ) -> tuple[list[Place], Shortfall | None]:
        """The accounts that an attempt falls under, and what is in its way: the budget that resets last."""
        found: list[Place] = []
        refusal: Shortfall | None = None
        now = self._clock()
        books = self._concerning(deployment)
        for book in books if not sourced else (*books, *self._told(sourced, deployment, now)):
            if not book.start <= now < book.end:
                book.turn(now)
            key = book.key(metadata)
            if key is None:
                continue
            found.append((book, key))
            account = book.accounts.get(key, EMPTY)
            if not (book.has_room if firm else book.allows)(account, tokens, money):
                complaint = book.complaint(key, tokens, money)
                if refusal is None or complaint.outlasts(refusal):
                    refusal = complaint
        return found, refusal

    def _told(self, sourced: Sourced, deployment: str | None, now: float) -> list[Book]:
        """The books of budgets that were told for a request; of those about a deployment, if one is given."""
        return [
            self.shelf.of(source, budget, now)
            for source, budget in sourced
            if deployment is None or not budget.deployments or self._names(deployment) & budget.deployments
        ]

    def _names(self, deployment: str) -> set[str]:
        return {deployment, self._counted_as(deployment)}

    def _concerning(self, deployment: str) -> tuple[Book, ...]:
        books = self._of.get(deployment)
        if books is None:
            names = self._names(deployment)
            books = self._of[deployment] = tuple(
                book for book in self._books if not book.budget.deployments or names & book.budget.deployments
            )
        return books
