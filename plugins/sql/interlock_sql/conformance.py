"""The store in files of their own, for Interlock's conformance kit."""

from pathlib import Path
from tempfile import TemporaryDirectory

from interlock.testing import StoreConformance
from interlock.types.stores import StoreCall
from interlock_sql import Sql


class Sqlite(StoreConformance):
    kind = Sql()

    def place(self) -> StoreCall:
        folder = TemporaryDirectory(prefix="interlock-sql-", ignore_cleanup_errors=True)
        self._folders.append(folder)
        return StoreCall(url="sqlite:///records.db", folder=Path(folder.name))

    def __init__(self) -> None:
        # They go with the kit.
        self._folders: list[TemporaryDirectory[str]] = []
