"""What is kept beyond a call and beyond a process: records, and health."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from interlock.types.health import HealthNews, HealthSync, ShareCall
from interlock.types.records import Record
from interlock.types.stores import CallTally, PruneCall, RecordQuery, StoreCall, TallyQuery


@runtime_checkable
class RecordStore(Protocol):
    """Keeps records and gives them back. Nothing blocks the event loop; failures are `StoreError`s.

    A record that is put again, by its id, is kept once: what was not confirmed is put a second time. A store
    that was made before a fork is never used after it.
    """

    api: int
    name: str

    async def put(self, records: Sequence[Record]) -> None:
        """Keep them. When it returns they outlive the process."""

    async def find(self, query: RecordQuery) -> Sequence[Record]:
        """The records that the query asks for, newest first."""

    async def get(self, key: str) -> Record | None:
        """The record whose id that is."""

    async def prune(self, call: PruneCall) -> int:
        """Remove some of the oldest of what may go, quickly; how many. None are left when it is 0."""

    async def aclose(self) -> None:
        """Let go of everything. May be called twice."""


@runtime_checkable
class TallyStore(RecordStore, Protocol):
    """A store that counts its records where they lie."""

    async def tally(self, query: TallyQuery) -> Sequence[CallTally]:
        """What the query counts together, in any order; nothing of which there is no call."""
        ...


@runtime_checkable
class StoreKind(Protocol):
    """A kind of place for records, chosen by the scheme of the configuration's URL.

    `open` does no I/O. It raises StoreError, without the URL, for one that it cannot use.
    """

    api: int
    name: str
    schemes: tuple[str, ...]

    def open(self, call: StoreCall) -> RecordStore:
        """The store at the call's URL. Raises StoreError, without the URL."""


@runtime_checkable
class SharedHealth(Protocol):
    """Where processes tell each other how deployments are doing. Used by one event loop at a time.

    What it is told are names, counts and durations; it adds nothing of its own.
    """

    api: int

    async def sync(self, call: HealthSync) -> Sequence[HealthNews]:
        """Tell what happened here, hear what others told since the last time: in one round trip.

        Of several that ask for the turn to probe a page, one is given it, and keeps it by asking again: until
        another asks after the lease, or for as long as its probe is under way.

        Raises:
            StoreError: what it was to tell may be lost. It may be called again.
        """
        ...

    async def aclose(self) -> None:
        """Let go of everything. May be called twice."""
        ...


@runtime_checkable
class SharedHealthKind(Protocol):
    """A way of sharing health between processes, chosen by the scheme of the configuration's URL.

    `open` does no I/O: it is connected when it is first used. It raises StoreError for a URL that it cannot
    use, without repeating it.
    """

    api: int
    name: str
    schemes: tuple[str, ...]

    def open(self, call: ShareCall) -> SharedHealth:
        """What processes share there. Raises StoreError, without the URL."""
