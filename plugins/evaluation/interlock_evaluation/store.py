"""The database of evaluations: runs, results and marks."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from interlock_sql import Transactions, own_address

if TYPE_CHECKING:
    from interlock_sql.building import Migrations

DEFAULT: Final = "sqlite:///interlock-eval.db"
DBOS: Final = "dbos+"


class Store(Transactions):
    """What is asked of models and what came of it, in SQLite or PostgreSQL."""

    @classmethod
    def open(cls, url: str = DEFAULT, folder: Path | None = None) -> "Store":
        """The store at that URL; a relative path in it begins in `folder`. It does no I/O.

        Where DBOS has the database too, as `dbos+` before the scheme says, it is the same one.

        Raises:
            StoreError: the URL cannot be used. It is not repeated.
        """
        url = url.removeprefix(DBOS)
        return cls(own_address(url, folder, what="evaluations", default=DEFAULT), thread="interlock-eval")

    def _migrations(self) -> "Migrations":
        from interlock_evaluation.migrating import MIGRATIONS  # noqa: PLC0415 - in the store's thread

        return MIGRATIONS
