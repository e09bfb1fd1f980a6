"""What may still be spent: reserved before an attempt, settled after it. Exact, and pure but for a lock.

An attempt counts in the window in which it was reserved, whenever it ends, so that what a window lets through
is bounded by what was left in it. US dollars are counted in whole picodollars: sums of many small costs stay
exact, and nothing is ever a little less than zero.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite

from interlock.budgets.shortfalls import UNITS, Shortfall, describe
from interlock.budgets.windows import Period, window
from interlock.forks import lock_of
from interlock.types.budgets import Spending

ACCOUNTS = 100_000
"""How many values of `each` a budget tells apart in one window; all further ones share one account."""

_LONGEST = 200  # characters of a metadata value that tell two apart; a key is no place for a document


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A limit on what attempts may use in a window; None is no limit.

    Attributes:
        each: a metadata key, for each value of which there is an account of its own. Requests without the key
            share one.
        where: metadata that a request must have for the budget to concern it.
        deployments: ids of the deployments whose attempts it counts; empty for all.
    """

    id: str
    per: Period
    usd: float | None = None
    tokens: int | None = None
    requests: int | None = None
    each: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    deployments: frozenset[str] = frozenset()


class _Account:
    """Everything reserved or settled in one window; `held` is the part that is only reserved."""

    __slots__ = ("held_money", "held_tokens", "money", "requests", "tokens")

    def __init__(self) -> None:
        self.requests = self.tokens = self.money = 0
        self.held_tokens = self.held_money = 0


_EMPTY = _Account()
_NOBODY = object()  # the account of requests without the metadata key
_FURTHER = object()  # the account of the values beyond ACCOUNTS


class _Book:
    """One budget and its accounts in the present window."""

    __slots__ = ("accounts", "budget", "each", "end", "money", "requests", "start", "tokens", "where")

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.each = budget.each
        self.where = tuple(budget.where.items())
        self.requests = inf if budget.requests is None else budget.requests
        self.tokens = inf if budget.tokens is None else budget.tokens
        self.money = inf if budget.usd is None else _units(budget.usd)
        self.accounts: dict[object, _Account] = {}
        self.start = self.end = 0.0

    def turn(self, now: float) -> None:
        """Another window. A clock that was set back carries what was counted along: nothing is forgotten."""
        if now >= self.end:
            self.accounts = {}
        self.start, self.end = window(self.budget.per, now)

    def key(self, metadata: Mapping[str, str]) -> object:
        """Whose account a request falls under; None when the budget does not concern it."""
        for name, value in self.where:
            if name not in metadata or str(metadata[name]) != value:
                return None
        if self.each is None:
            return _NOBODY
        given = metadata.get(self.each)
        if given is None:
            return _NOBODY
        key = str(given)[:_LONGEST]
        if len(self.accounts) < ACCOUNTS or key in self.accounts:
            return key
        return _FURTHER

    def allows(self, account: _Account, tokens: int, money: float) -> bool:
        return (
            account.requests < self.requests
            and account.tokens + tokens <= self.tokens
            and account.money + money <= self.money
        )

    def complaint(self, key: object, tokens: int, money: float) -> Shortfall:
        account = self.accounts.get(key, _EMPTY)
        return describe(
            f"budget {self.budget.id}{self._whose(key)}",
            per=self.budget.per,
            end=self.end,
            limits=(self.money, self.tokens, self.requests),
            used=(account.money, account.tokens, account.requests),
            held=(account.held_money, account.held_tokens, 0),
            wanted=(money, tokens, 1),
        )

    def spending(self) -> list[Spending]:
        budget = self.budget
        # A budget without accounts of its own has one, whether or not anything was spent.
        accounts = self.accounts or ({} if self.each else {_NOBODY: _EMPTY})
        return [
            Spending(
                budget=budget.id,
                account=key if isinstance(key, str) else None,
                resets_at=self.end,
                usd=account.money / UNITS,
                tokens=account.tokens,
                requests=account.requests,
                limit_usd=budget.usd,
                limit_tokens=budget.tokens,
                limit_requests=budget.requests,
            )
            for key, account in accounts.items()
        ]

    def _whose(self, key: object) -> str:
        if self.each is None:
            return ""
        if key is _NOBODY:
            return f" for requests without {self.each}"
        if key is _FURTHER:
            return f" for every {self.each} beyond {ACCOUNTS:,}"
        return f" for {self.each} {key if str(key).isprintable() else ascii(key)}"


class Reservation:
    """What one attempt has set aside, until it is settled or released."""

    __slots__ = ("accounts", "money", "tokens")

    def __init__(self, accounts: tuple[_Account, ...], tokens: int, money: int) -> None:
        self.accounts = accounts
        self.tokens = tokens
        self.money = money


class Ledger:
    """The budgets of one router. Thread-safe. `clock` returns seconds since the epoch.

    Amounts are those of one attempt: one request, `tokens`, and `usd`, which is None when no price is known:
    a budget in US dollars then refuses it, because it could not count it.
    """

    def __init__(
        self,
        budgets: Sequence[Budget],
        clock: Callable[[], float],
        counted_as: Callable[[str], str] = lambda deployment: deployment,
    ) -> None:
        """`counted_as` gives another name under which budgets may cover a deployment, or its own."""
        self._books = tuple(_Book(budget) for budget in budgets)
        self._clock = clock
        self._counted_as = counted_as
        self._lock = lock_of(self)
        self._of: dict[str, tuple[_Book, ...]] = {}

    def now(self) -> float:
        return self._clock()

    def snapshot(self) -> tuple[Spending, ...]:
        """Every account that something was spent from in the present window, in the order of the budgets."""
        with self._lock:
            now = self._clock()
            for book in self._books:
                if not book.start <= now < book.end:
                    book.turn(now)
            return tuple(row for book in self._books for row in book.spending())

    def ample(self, metadata: Mapping[str, str], tokens: int, usd: float | None) -> bool:
        """Whether no budget at all stands in the way of an attempt, wherever it goes."""
        money = inf if usd is None else _units(usd)
        with self._lock:
            now = self._clock()
            for book in self._books:
                if not book.start <= now < book.end:
                    book.turn(now)
                key = book.key(metadata)
                if key is not None and not book.allows(book.accounts.get(key, _EMPTY), tokens, money):
                    return False
        return True

    def shortfall(
        self, deployment: str, metadata: Mapping[str, str], tokens: int, usd: float | None
    ) -> Shortfall | None:
        """What is in the way of an attempt now, if anything is. Reserves nothing."""
        with self._lock:
            return self._check(deployment, metadata, tokens, usd)[1]

    def reserve(
        self, deployment: str, metadata: Mapping[str, str], tokens: int, usd: float | None
    ) -> Reservation | Shortfall:
        """Set the amounts aside in every account that the attempt falls under, or in none."""
        with self._lock:
            found, refusal = self._check(deployment, metadata, tokens, usd)
            if refusal is not None:
                return refusal
            money = 0 if usd is None else _units(usd)
            accounts = []
            for book, key in found:
                account = book.accounts.get(key)
                if account is None:
                    account = book.accounts[key] = _Account()
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
        used_money = reservation.money if usd is None or not isfinite(usd) else max(0, _units(usd))
        self._close(reservation, 1, used_tokens, used_money)

    def release(self, reservation: Reservation) -> None:
        """As if it had never been: the attempt was not sent."""
        self._close(reservation, 0, 0, 0)

    def _close(self, reservation: Reservation, requests: int, tokens: int, money: int) -> None:
        with self._lock:
            for account in reservation.accounts:
                account.requests += requests - 1
                account.tokens += tokens - reservation.tokens
                account.held_tokens -= reservation.tokens
                account.money += money - reservation.money
                account.held_money -= reservation.money
            reservation.accounts = ()

    def _check(
        self, deployment: str, metadata: Mapping[str, str], tokens: int, usd: float | None
    ) -> tuple[list[tuple[_Book, object]], Shortfall | None]:
        """The accounts that an attempt falls under, and what is in its way: the budget that resets last."""
        money = inf if usd is None else _units(usd)
        found: list[tuple[_Book, object]] = []
        refusal: Shortfall | None = None
        now = self._clock()
        for book in self._concerning(deployment):
            if not book.start <= now < book.end:
                book.turn(now)
            key = book.key(metadata)
            if key is None:
                continue
            found.append((book, key))
            if not book.allows(book.accounts.get(key, _EMPTY), tokens, money):
                complaint = book.complaint(key, tokens, money)
                if refusal is None or complaint.outlasts(refusal):
                    refusal = complaint
        return found, refusal

    def _concerning(self, deployment: str) -> tuple[_Book, ...]:
        books = self._of.get(deployment)
        if books is None:
            names = {deployment, self._counted_as(deployment)}
            books = self._of[deployment] = tuple(
                book for book in self._books if not book.budget.deployments or names & book.budget.deployments
            )
        return books


def _units(usd: float) -> int:
    return round(usd * UNITS)
