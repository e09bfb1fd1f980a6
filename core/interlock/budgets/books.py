"""The accounts of budgets in the present window, each budget's in a book of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import inf

from interlock.budgets.shortfalls import UNITS, Shortfall, describe
from interlock.forks import lock_of
from interlock.types.budgets import Budget, Spending
from interlock.types.windows import Period, window

ACCOUNTS = 100_000
"""How many values of `each` a budget tells apart in one window; all further ones share one account."""

_LONGEST = 200  # characters of a metadata value that tell two apart; a key is no place for a document
_MANY = 1_000  # books that are kept before those of windows that are over are looked for


class Account:
    """Everything reserved or settled in one window; `held` is the part that is only reserved."""

    __slots__ = ("held_money", "held_tokens", "money", "requests", "tokens")

    def __init__(self) -> None:
        self.requests = self.tokens = self.money = 0
        self.held_tokens = self.held_money = 0


EMPTY = Account()
NOBODY = object()
"""The account of requests without the metadata key."""
FURTHER = object()
"""The account of the values beyond ACCOUNTS."""


class Book:
    """One budget and its accounts in the present window. Not thread-safe: its `Books` have the lock."""

    __slots__ = (
        "accounts", "budget", "each", "end", "money", "requests", "source", "start", "tokens", "where",
    )  # fmt: skip

    def __init__(self, budget: Budget, source: str = "") -> None:
        self.source = source
        self.accounts: dict[object, Account] = {}
        self.start = self.end = 0.0
        self.limit(budget)

    def limit(self, budget: Budget) -> None:
        """Go on by the limits of this budget. What is counted stays."""
        self.budget = budget
        self.each = budget.each
        self.where = tuple(budget.where.items())
        self.requests = inf if budget.requests is None else budget.requests
        self.tokens = inf if budget.tokens is None else budget.tokens
        self.money = inf if budget.usd is None else units(budget.usd)

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
            return NOBODY
        given = metadata.get(self.each)
        if given is None:
            return NOBODY
        key = str(given)[:_LONGEST]
        if len(self.accounts) < ACCOUNTS or key in self.accounts:
            return key
        return FURTHER

    def has_room(self, account: Account, tokens: int, money: float) -> bool:
        return (
            account.requests < self.requests
            and account.tokens + tokens <= self.tokens
            and account.money + money <= self.money
        )

    allows = has_room

    def new_account(self) -> Account:
        return Account()

    def complaint(self, key: object, tokens: int, money: float) -> Shortfall:
        account = self.accounts.get(key, EMPTY)
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
        # A budget without accounts of its own has one, whether or not anything was spent.
        accounts = self.accounts or ({} if self.each else {NOBODY: EMPTY})
        return [self.spent(key, account) for key, account in accounts.items()]

    def spent(self, key: object, account: Account) -> Spending:
        budget = self.budget
        return Spending(
            budget=budget.id,
            source=self.source,
            account=key if isinstance(key, str) else None,
            resets_at=self.end,
            usd=account.money / UNITS,
            tokens=account.tokens,
            requests=account.requests,
            limit_usd=budget.usd,
            limit_tokens=budget.tokens,
            limit_requests=budget.requests,
        )

    def _whose(self, key: object) -> str:
        if self.each is None:
            return ""
        if key is NOBODY:
            return f" for requests without {self.each}"
        if key is FURTHER:
            return f" for every {self.each} beyond {ACCOUNTS:,}"
        return f" for {self.each} {key if str(key).isprintable() else ascii(key)}"


class Books:
    """The books of a router, and of those that follow it. Everything in them is under `lock`.

    A budget is found again by where it comes from, its id, its window and its `each`. `make` makes a book.
    """

    def __init__(self, make: Callable[[Budget, str], Book] = Book, *, shared: bool = False) -> None:
        """`shared` says that what is counted in these books is a copy of what is counted elsewhere."""
        self.lock = lock_of(self, "lock")
        self.shared = shared
        self._make = make
        self._books: dict[tuple[str, str, Period, str | None], Book] = {}
        self._many = _MANY

    def __iter__(self) -> Iterator[Book]:
        return iter(tuple(self._books.values()))

    def of(self, source: str, budget: Budget, now: float) -> Book:
        """The budget's book, in the present window; it goes on by this budget's limits."""
        key = (source, budget.id, budget.per, budget.each)
        book = self._books.get(key)
        if book is None:
            if len(self._books) >= self._many:
                self._sweep(now)
            book = self._books[key] = self._make(budget, source)
        elif book.budget is not budget and book.budget != budget:
            book.limit(budget)
        if not book.start <= now < book.end:
            book.turn(now)
        return book

    def _sweep(self, now: float) -> None:
        """Let go of the books of sources that nobody has looked into in their window."""
        gone = [key for key, book in self._books.items() if book.source and book.end <= now]
        for key in gone:
            del self._books[key]
        self._many = max(_MANY, 2 * len(self._books))


Sourced = Sequence[tuple[str, Budget]]
"""Budgets, each with the name of the source that it comes from."""


def units(usd: float) -> int:
    """US dollars in whole picodollars."""
    return round(usd * UNITS)
