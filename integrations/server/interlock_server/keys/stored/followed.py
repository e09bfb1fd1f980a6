"""The keys of a database as one server knows them."""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

from interlock import ConfigError, StoreError
from interlock.logs import redacting_logger
from interlock_server.keys.following import Following
from interlock_server.keys.ring import Key, Ring
from interlock_server.keys.stored.rows import KeyRow
from interlock_server.keys.stored.store import KeyStore
from interlock_sql import Address

_log = redacting_logger("interlock.server.keys")
_FRESH: Final = 3.0
"""Seconds for which whoever is not known is taken for nobody, though the database was not heard again."""
_PATIENCE: Final = 8.0
"""Seconds after which a question is given up: a connection whose other end is gone may never say so."""


@dataclass(slots=True)
class Known:
    """What a database was heard to say: keys, those that cannot be used, the number of the last change; when
    that was, in seconds of the clock that nobody sets; and why it cannot be heard now.
    """

    ring: Ring = field(default_factory=Ring)
    unread: str | None = None
    number: int | None = None
    heard: float | None = None
    down: str | None = "the keys have not been read yet"


class StoredKeys:
    """Keys that are looked up again and again. Whoever is known goes on for `grace` seconds after the
    database was heard last; then nobody does, until it is heard again.
    """

    def __init__(
        self,
        store: KeyStore,
        *,
        grace: float,
        every: float = 0.4,
        former: "StoredKeys | None" = None,
        check: Callable[[Ring, str], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`every` is in seconds, and `clock` gives some that nobody sets. What `former` knows is known here,
        too, where it is of the same database. What `check` finds wrong with keys is logged.
        """
        self._store = store
        self._grace = grace
        self._clock = clock
        self._check = check
        same = former is not None and former.place == store.place
        self.known: Known = replace(former.known) if former is not None and same else Known()
        self._following = Following(self._look, every)
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def place(self) -> Address:
        """Where the database is."""
        return self._store.place

    @property
    def ring(self) -> Ring:
        if self.known.heard is None or self._clock() - self.known.heard > self._grace:
            # Clients are told this; where the database is, and what is wrong with it, they are not.
            raise StoreError("keys cannot be looked up now")
        return self.known.ring

    @property
    def current(self) -> bool:
        return (
            self.known.down is None
            and self.known.heard is not None
            and self._clock() - self.known.heard <= _FRESH
        )

    @property
    def problem(self) -> str | None:
        return self.known.down or self.known.unread

    async def start(self) -> None:
        if self.known.heard is None:
            await self._look()  # which connects, and may take longer than what it says is fresh
        else:
            self._complain()  # what was known before was held against another configuration
        await self._following.start()

    async def aclose(self) -> None:
        await self._following.aclose()
        closing = [asyncio.create_task(_closed(self._store)), *self._closing]
        _, stuck = await asyncio.wait(closing, timeout=_PATIENCE)
        for each in stuck:
            each.cancel()

    async def _look(self) -> None:
        began = self._clock()
        try:
            number, rows = await asyncio.wait_for(self._store.since(self.known.number), _PATIENCE)
        except StoreError as error:
            self._fail(error.message)
        except TimeoutError:
            self._fail(f"{self._store.label} does not answer")
            self._leave()
        else:
            if self.known.down is not None and self.known.heard is not None:
                _log.warning("keys are looked up again")
            if rows is not None:
                self.known.ring, self.known.unread = _ring(rows)
                self._complain()
            # What the database said, it said no later than it was asked.
            self.known.number, self.known.heard, self.known.down = number, began, None

    def _complain(self) -> None:
        """Of names that mean nothing here. A key allows nothing by them, and goes on by the others."""
        try:
            if self._check is not None:
                self._check(self.known.ring, "")
        except ConfigError as error:
            for each in (error, *error.others):
                _log.warning("a key names what is not here: %s", each)

    def _leave(self) -> None:
        """Ask by another connection. The one that is stuck is closed once it is not."""
        closing = asyncio.create_task(_closed(self._store))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
        self._store = self._store.anew()

    def _fail(self, why: str) -> None:
        if why != self.known.down:
            _log.error("keys cannot be looked up: %s", why)
        self.known.down = why


async def _closed(store: KeyStore) -> None:
    with suppress(StoreError):
        await store.aclose()


def _ring(rows: Iterable[KeyRow]) -> tuple[Ring, str | None]:
    """The keys that are valid; a row that cannot be read lets nobody in, and the sentence names it."""
    found: list[Key] = []
    unread: list[str] = []
    for row in rows:
        if row.revoked_at is not None:
            continue
        try:
            found.append(row.key())
        except ConfigError as error:
            unread.append(row.id)
            _log.error("the key %s cannot be used: %s", row.id, error)
    try:
        ring = Ring(found)
    except ConfigError as error:  # somebody wrote a digest twice
        return Ring(), f"keys cannot be used: {error}"
    return ring, f"some keys cannot be used: {', '.join(unread)}" if unread else None
