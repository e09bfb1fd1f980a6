"""Accounts that are counted elsewhere, as they stood when they were last heard of."""

from collections.abc import Callable

from interlock.budgets.books import EMPTY, Account, Book
from interlock.budgets.shortfalls import Shortfall
from interlock.types.budgets import Budget
from interlock.types.ledgers import AccountTally

_BELIEVED = 1.0  # seconds for which a figure may refuse


class Figure(Account):
    """An account, and when it was heard of, in the seconds of its book's clock."""

    __slots__ = ("end", "heard")

    def __init__(self) -> None:
        super().__init__()
        self.heard, self.end = float("-inf"), 0.0


def fresh(book: Book, key: object) -> Figure | None:
    """An account's figure, if it was heard of a moment ago: good for an estimate, for no lock is taken."""
    figure = book.accounts.get(key)
    if isinstance(book, MirroredBook) and isinstance(figure, Figure) and book.believes(figure):
        return figure
    return None


class MirroredBook(Book):
    """A book of figures. One that is older than a second stands in nobody's way: whoever counts is asked."""

    __slots__ = ("_clock",)

    def __init__(self, budget: Budget, source: str = "", *, clock: Callable[[], float]) -> None:
        """`clock` returns seconds that never run backwards."""
        super().__init__(budget, source)
        self._clock = clock

    def allows(self, account: Account, tokens: int, money: float) -> bool:
        believed = account if isinstance(account, Figure) and self.believes(account) else EMPTY
        return self.has_room(believed, tokens, money)

    def believes(self, figure: Figure) -> bool:
        return self._clock() - figure.heard <= _BELIEVED

    def complaint(self, key: object, tokens: int, money: float) -> Shortfall:
        account = self.accounts.get(key)
        if isinstance(account, Figure) and account.end:
            self.end = account.end  # by the clock of whoever counts
        return super().complaint(key, tokens, money)

    def hears(self, key: object, tally: AccountTally) -> None:
        figure = self.accounts.get(key)
        if not isinstance(figure, Figure):
            figure = self.accounts[key] = Figure()
        figure.heard, figure.end = self._clock(), tally.end
        figure.requests, figure.tokens, figure.money = tally.requests, tally.tokens, tally.money
        figure.held_tokens, figure.held_money = tally.held_tokens, tally.held_money

    def new_account(self) -> Account:
        return Figure()
