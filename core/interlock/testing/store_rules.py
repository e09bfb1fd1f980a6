"""What a store of records must keep to."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from math import isclose
from typing import Any

from interlock.protocols import API, RecordStore, StoreKind, TallyStore
from interlock.records.tallies import tally
from interlock.testing.finishing import T, finished
from interlock.testing.records import bare_record, sample_record, strange_record
from interlock.testing.rules import Conformance, expect, expect_kind, fail
from interlock.types.records import Record
from interlock.types.stores import CallTally, PruneCall, RecordQuery, StoreCall, TallyQuery

_PATIENCE = 30.0
_MANY = 2_000
_PAGE = 300
_AT_ONCE = 20
_METHODS = ("put", "find", "get", "prune", "aclose")


class StoreConformance(Conformance):
    """The rules for stores. A subclass gives `kind`, and `place`: the address of a new and empty place.

    Each rule opens a store, closes it, and reads what was kept from one that is opened at the same place.

    Attributes:
        kind: what the plugin's hook offers.
    """

    kind: StoreKind

    def place(self) -> StoreCall:
        """A new and empty place."""
        fail("there is no place to test at: define place(self), which returns StoreCall(url=…)")

    def test_is_a_kind_of_store(self) -> None:
        """An instance with `api`, a `name`, `schemes` in lower case and an `open` that is not awaited."""
        expect_kind(self.kind, StoreKind)

    def test_opens_a_store(self) -> None:
        """`open` gives a RecordStore, whose methods are awaited."""
        store: Any = self._open(self.place())
        expect(
            isinstance(store, RecordStore),
            f"{store!r} is no RecordStore: it needs api, name, {', '.join(_METHODS)}",
        )
        expect(store.api == API, f"api is {store.api!r}; this version speaks {API}")
        expect(isinstance(store.name, str) and store.name, "name must be text")
        for name in _METHODS:
            waits = inspect.iscoroutinefunction(getattr(store, name))
            expect(waits, f"{name} must be a coroutine function")
        self._finish(store.aclose)

    def test_keeps_records_as_they_are(self) -> None:
        """Records are read back equal, bare ones and those of odd characters as well."""
        records = [sample_record(0), bare_record(1), strange_record(2)]
        self._check(records, lambda store: _each(store, [records]))

    def test_keeps_many(self) -> None:
        """Many records are read back newest first and page by page, though several began together."""
        # Several begin at the same moment, and a page ends between them.
        made = (sample_record(n) for n in range(_MANY))
        records = [replace(each, started=1e9 + n // 7) for n, each in enumerate(made)]
        batches = [records[at : at + 100] for at in range(0, _MANY, 100)]
        self._check(records, lambda store: _each(store, [[], *batches]))

    def test_keeps_what_is_put_at_once(self) -> None:
        """Batches that are put at once are all kept."""
        batches = [[sample_record(n * 10 + m) for m in range(10)] for n in range(_AT_ONCE)]

        async def put_at_once(store: RecordStore) -> None:
            await asyncio.gather(*(store.put(batch) for batch in batches))

        self._check([record for batch in batches for record in batch], put_at_once)

    def test_keeps_once_what_is_put_twice(self) -> None:
        """A record whose id is there already is not kept a second time."""
        records = [sample_record(n) for n in range(20)]
        self._check(records, lambda store: _each(store, [records[:15], records[5:]]))

    def test_waits_for_everything_when_closed(self) -> None:
        """`aclose` ends after what was put before it is kept."""
        records = [sample_record(n) for n in range(50)]

        async def put_and_leave(store: RecordStore) -> None:
            writing = asyncio.create_task(store.put(records))
            await asyncio.sleep(0)
            await store.aclose()
            await writing

        self._check(records, put_and_leave)

    def test_finds_by_every_field(self) -> None:
        """`find` gives what fits every field of the query, newest first and up to its limit."""
        records = [sample_record(n) for n in range(6)]
        middle = records[3].started
        other = replace(records[1], decision=replace(records[1].decision, task="vision"))
        failed = replace(records[2], error="AllAttemptsFailed", deployment=None, model=None)
        named = replace(records[4], metadata={"customer": "7", "it's": 'a "name"'})
        left = replace(records[5], cancelled="CancelledError", deployment=None, model=None)
        kept = [records[0], other, failed, records[3], named, left]
        due: tuple[tuple[RecordQuery, list[Record]], ...] = (
            (RecordQuery(since=middle), kept[3:]),
            (RecordQuery(until=middle), kept[:3]),
            (RecordQuery(task="vision"), [other]),
            (RecordQuery(deployment="first"), kept),
            (RecordQuery(deployment="third"), []),
            (RecordQuery(error="AllAttemptsFailed"), [failed]),
            (RecordQuery(failed=True), [failed]),
            (RecordQuery(run="run-3"), [records[3]]),
            (RecordQuery(failed=False), [each for each in kept if each not in (failed, left)]),
            (RecordQuery(metadata={"customer": "7", "it's": 'a "name"'}), [named]),
            (RecordQuery(metadata={"customer": "42"}, since=middle, limit=1), [left]),
        )

        async def ask(store: RecordStore) -> None:
            for query, wanted in due:
                found = [record.id for record in await store.find(query)]
                ids = [record.id for record in reversed(wanted)]
                expect(found == ids, f"{query} found {found}, and not {ids}")

        self._both(lambda store: store.put(kept), ask)

    def test_gets_by_id(self) -> None:
        """`get` gives the record of an id, and None of one that is not there."""
        records = [sample_record(0), strange_record(1)]

        async def ask(store: RecordStore) -> None:
            found = await store.get(records[1].id)
            expect(found == records[1], f"{records[1].id} gave {found}")
            expect(await store.get("no such record") is None, "an unknown id must give None")

        self._both(lambda store: store.put(records), ask)

    def test_counts_where_records_lie(self) -> None:
        """A `tally`, if it has one, counts what `interlock.records.tallies` counts of the same records."""
        day = 86_400
        records = [
            replace(
                sample_record(n),
                started=1e9 + n * day / 5,
                decision=replace(sample_record(n).decision, task="vision" if n % 3 else "qa"),
                metadata={"customer": str(n % 4), "it's": "x"} if n % 4 else {},
                cost=None if n % 5 == 0 else n / 1_024,
            )
            for n in range(40)
        ]
        records[7] = replace(records[7], error="AllAttemptsFailed", deployment=None, model=None, attempts=())
        records[8] = replace(records[8], cancelled="CancelledError", deployment=None, model=None)
        records[9] = replace(records[9], started=float(day * 11_600))
        queries = (
            TallyQuery(),
            TallyQuery(label="customer"),
            TallyQuery(every=3_600, label="it's"),
            TallyQuery(label="nobody's", since=records[10].started, until=records[20].started),
            TallyQuery(since=2e9),
        )

        async def ask(store: RecordStore) -> None:
            if not isinstance(store, TallyStore):
                return
            for query in queries:
                found, wanted = await store.tally(query), tally(records, query)
                for one, other in zip(sorted(found, key=_whose), sorted(wanted, key=_whose), strict=True):
                    same = replace(one, latency=other.latency, cost=other.cost) == other
                    near = isclose(one.latency, other.latency) and isclose(one.cost, other.cost)
                    expect(same and near, f"{query} counted {one}, and not {other}")

        self._both(lambda store: store.put(records), ask)

    def test_prunes_what_is_too_much(self) -> None:
        """`prune` leaves the newest `keep` records."""
        records = [sample_record(n) for n in range(1_200)]

        async def prune(store: RecordStore) -> None:
            await store.put(records)
            await _pruned(store, PruneCall(keep=100))

        self._check(records[-100:], prune)

    def test_prunes_what_is_too_old(self) -> None:
        """`prune` takes away what began before `before`."""
        records = [sample_record(n) for n in range(30)]

        async def prune(store: RecordStore) -> None:
            await store.put(records)
            await _pruned(store, PruneCall(keep=1_000, before=records[10].started))

        self._check(records[10:], prune)

    def test_prunes_nothing_within_bounds(self) -> None:
        """`prune` takes nothing away that is within its bounds, and then returns 0."""
        records = [sample_record(n) for n in range(10)]

        async def prune(store: RecordStore) -> None:
            await store.put(records)
            for call in (PruneCall(), PruneCall(keep=10), PruneCall(before=records[0].started)):
                removed = await store.prune(call)
                expect(removed == 0, f"{call} removed {removed}")

        self._check(records, prune)

    def test_may_be_closed_twice(self) -> None:
        """A second `aclose` changes nothing."""

        async def twice(store: RecordStore) -> None:
            await store.put([sample_record(0)])
            await store.aclose()
            await store.aclose()

        store = self._open(self.place())
        self._finish(lambda: twice(store))

    def test_may_be_closed_unused(self) -> None:
        """`aclose` ends without harm where nothing was asked before."""
        store = self._open(self.place())
        self._finish(store.aclose)

    def _check(self, due: Sequence[Record], use: Callable[[RecordStore], Awaitable[None]]) -> None:
        """After `use`, a store at the same place gives `due`, newest first and page by page."""
        kept: list[Record] = []

        async def read(store: RecordStore) -> None:
            kept.extend(await _all(store, len(due)))

        self._both(use, read)
        wanted = sorted(due, key=lambda record: (record.started, record.id), reverse=True)
        ids = [record.id for record in kept]
        expect(
            ids == [record.id for record in wanted],
            f"{len(due)} records were kept, newest last, and {len(ids)} found: {ids[:9]}",
        )
        for record, found in zip(wanted, kept, strict=True):
            expect(found == record, f"a record changed:\n  put:  {record}\n  kept: {found}")

    def _both(
        self, use: Callable[[RecordStore], Awaitable[None]], then: Callable[[RecordStore], Awaitable[None]]
    ) -> None:
        """Use a new store, close it, and use another one at the same place."""
        place = self.place()
        for step in (use, then):
            store = self._open(place)

            async def go(store: RecordStore = store, step: Any = step) -> None:
                try:
                    await step(store)
                finally:
                    await store.aclose()

            self._finish(go)

    def _open(self, place: StoreCall) -> RecordStore:
        return self.kind.open(place)

    def _finish(self, make: Callable[[], Awaitable[T]]) -> T:
        return finished(make, within=_PATIENCE, whose="the store")


def _whose(each: CallTally) -> tuple[float, str, str, str]:
    return each.at, each.task, each.deployment or "", each.label or ""


async def _each(store: RecordStore, batches: Sequence[Sequence[Record]]) -> None:
    for batch in batches:
        await store.put(batch)


async def _all(store: RecordStore, due: int) -> list[Record]:
    found: list[Record] = []
    query = RecordQuery(limit=_PAGE)
    while page := await store.find(query):
        expect(len(page) <= _PAGE, f"a page of {_PAGE} holds {len(page)}")
        found += page
        if len(found) > due + _PAGE:
            break  # a store that starts over would never end
        query = RecordQuery(limit=_PAGE, after=(page[-1].started, page[-1].id))
    return found


async def _pruned(store: RecordStore, call: PruneCall) -> None:
    for _ in range(_MANY):
        if not await store.prune(call):
            return
    fail(f"{call} never came to an end: prune returns how many it has removed, and 0 when nothing is left")
