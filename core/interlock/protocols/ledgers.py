"""Where budgets are counted when several processes count together."""

from typing import Protocol, runtime_checkable

from interlock.types.ledgers import LedgerCall, LedgerPlace, LedgerReply


@runtime_checkable
class SharedLedger(Protocol):
    """Counts what processes hold and use of budgets, for all of them. Used by one event loop at a time.

    Whatever several processes ask at once, no account comes to hold more than its limit, but by what is
    forced or turns out dearer than it was held for. Windows are those of the calendar in UTC, by the one
    clock of the ledger; what was held and never settled counts until its window ends.
    """

    api: int

    async def exchange(self, call: LedgerCall) -> LedgerReply:
        """Take the steps in their order, all of them or none.

        Raises:
            StoreError: whether they were taken is not known. They may be taken again: each counts once.
        """
        ...

    async def aclose(self) -> None:
        """Let go of everything. May be called twice."""
        ...


@runtime_checkable
class LedgerKind(Protocol):
    """A kind of place for a ledger, chosen by the scheme of the configuration's URL.

    `open` does no I/O: it is connected when it is first used. It raises StoreError for a URL that it cannot
    use, without repeating it.
    """

    api: int
    name: str
    schemes: tuple[str, ...]

    def open(self, call: LedgerPlace) -> SharedLedger:
        """The ledger there. Raises StoreError, without the URL."""
