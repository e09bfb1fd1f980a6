"""Where records are read: in the store that the configuration names, or among the last ones in memory."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from interlock import InterlockError, Record, Router
from interlock.logs import redacting_logger
from interlock.protocols import RecordStore, TallyStore
from interlock.records import silent
from interlock.records.tallies import tally
from interlock.types.stores import CallTally, RecordQuery, TallyQuery

T = TypeVar("T")
_log = redacting_logger("interlock.server")
_PAGE = 1_000
MOST = 20_000
"""How many records are counted here, of a store that does not count by itself: the newest."""


class Reader(Protocol):
    """Gives records, without what vendors said. `kept` says that they outlive this process."""

    kept: bool

    async def find(self, query: RecordQuery) -> Sequence[Record]:
        """The records that the query asks for, newest first."""
        ...

    async def get(self, key: str) -> Record | None:
        """The record whose id that is."""
        ...

    async def tally(self, query: TallyQuery) -> Sequence[CallTally]:
        """What the query counts together."""
        ...


class Recent:
    """The last thousand calls of this process."""

    kept = False

    def __init__(self, records: Iterable[Record]) -> None:
        """`records` are in the order in which they ended."""
        self._records = sorted(records, key=_when, reverse=True)

    async def find(self, query: RecordQuery) -> Sequence[Record]:
        """As a store does."""
        found = (silent(each) for each in self._records if fits(each, query))
        return [each for each, _ in zip(found, range(query.limit), strict=False)]

    async def get(self, key: str) -> Record | None:
        """As a store does."""
        return next((silent(each) for each in self._records if each.id == key), None)

    async def tally(self, query: TallyQuery) -> Sequence[CallTally]:
        """As a store does."""
        return tally(self._records, query)


class Stored:
    """What the store has; and by its id, what is on its way there."""

    kept = True

    def __init__(self, store: RecordStore, recent: Recent) -> None:
        self._store, self._recent = store, recent

    async def find(self, query: RecordQuery) -> Sequence[Record]:
        """As the store does."""
        return [silent(each) for each in await self._store.find(query)]

    async def get(self, key: str) -> Record | None:
        """As the store does."""
        found = await self._recent.get(key)
        if found is not None:
            return found
        kept = await self._store.get(key)
        return None if kept is None else silent(kept)

    async def tally(self, query: TallyQuery) -> Sequence[CallTally]:
        """As the store does; of one that cannot, the newest `MOST` records are counted here."""
        if isinstance(self._store, TallyStore):
            return await self._store.tally(query)
        found: list[Record] = []
        wanted = RecordQuery(since=query.since, until=query.until, limit=_PAGE)
        while len(found) < MOST:
            page = await self._store.find(wanted)
            found += page
            if len(page) < _PAGE:
                break
            wanted = RecordQuery(since=query.since, until=query.until, limit=_PAGE, after=_when(page[-1]))
        return tally(found, query)


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """What was read, whether from a store, and whether that failed, where there is one."""

    value: T
    kept: bool
    failed: bool = False


async def read(router: Router, look: Callable[[Reader], Awaitable[T]]) -> Read[T]:
    """What `look` makes of the records: those of the store, and while that cannot be read, the last ones of
    this process.
    """
    try:
        async with reading(router) as reader:
            return Read(await look(reader), reader.kept)
    except InterlockError as error:
        _log.warning("records cannot be read for the pages: %s", error.message)
        return Read(await look(Recent(router.records)), kept=False, failed=True)


@asynccontextmanager
async def reading(router: Router) -> AsyncIterator[Reader]:
    """Where the router's records are read, until the block ends.

    Raises:
        InterlockError: the store cannot be read.
    """
    recent = Recent(router.records)
    store = router.open_store()
    if store is None:
        yield recent
        return
    try:
        yield Stored(store, recent)
    finally:
        await store.aclose()


def fits(record: Record, query: RecordQuery) -> bool:
    """Whether a store would find the record, were it the only one."""
    outcome = {None: None, True: "error", False: "answer"}[query.failed]
    tried = {record.deployment, *(each.deployment for each in record.attempts)}
    return (
        (query.since is None or record.started >= query.since)
        and (query.until is None or record.started < query.until)
        and query.task in (None, record.decision.task)
        and (query.deployment is None or query.deployment in tried)
        and query.error in (None, record.error)
        and outcome in (None, record.outcome)
        and query.run in (None, record.run)
        and all(record.metadata.get(name) == value for name, value in query.metadata.items())
        and (query.after is None or _when(record) < query.after)
    )


def _when(record: Record) -> tuple[float, str]:
    return record.started, record.id
