"""The database of keys, asked in a thread of its own."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, Self

from interlock_server.keys.stored.rows import KeyRow
from interlock_sql import Address, Transactions, own_address

if TYPE_CHECKING:
    from interlock_sql.building import Migrations

DEFAULT: Final = "sqlite:///keys.db"


class KeyStore(Transactions):
    """Keys in SQLite or PostgreSQL. Of a secret there is its digest alone."""

    @classmethod
    def open(cls, url: str, folder: Path | None = None) -> Self:
        """The store at that URL; a relative path in it begins in `folder`. It does no I/O.

        Raises:
            StoreError: the URL cannot be used. It is not repeated.
        """
        return cls(own_address(url, folder, what="keys", default=DEFAULT), thread="interlock-keys")

    @property
    def place(self) -> Address:
        """Where it is."""
        return self._address

    def anew(self) -> Self:
        """The same store with a connection and a thread of its own, where those of this one are stuck."""
        return type(self)(self._address, thread=self._thread)

    async def add(self, id_: str, sha256: str, fields: Mapping[str, Any]) -> None:
        """Keep a key. It takes the place of one that was revoked.

        Raises:
            RequestError: there is a key of that id.
            StoreError: it could not be kept.
        """
        row = KeyRow(id=id_, sha256=sha256, fields=json.dumps(dict(fields)), made_at=time.time())
        await self.run(lambda connection: _queries().add(connection, row))

    async def revoke(self, id_: str) -> bool:
        """Whether there was such a key, which is void from now on.

        Raises:
            StoreError: it could not be revoked.
        """
        gone: bool = await self.run(lambda connection: _queries().revoke(connection, id_))
        return gone

    async def all(self) -> list[KeyRow]:
        """Every key, those that were revoked too, in the order of their ids. Raises StoreError."""
        found: list[KeyRow] = await self.read(lambda connection: _queries().everybody(connection))
        return found

    async def since(self, number: int | None) -> tuple[int, list[KeyRow] | None]:
        """The number of the last change, and every key; None in their place where that number is known.

        Raises:
            StoreError: the database cannot be read.
        """
        found: tuple[int, list[KeyRow] | None] = await self.read(
            lambda connection: _queries().since(connection, number)
        )
        return found

    def _migrations(self) -> "Migrations":
        from interlock_server.keys.stored.migrating import MIGRATIONS  # noqa: PLC0415 - in the store's thread

        return MIGRATIONS


def _queries() -> ModuleType:
    from interlock_server.keys.stored import queries  # noqa: PLC0415 - in the store's thread: it takes a while

    return queries
