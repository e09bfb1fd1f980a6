"""What a store of records must keep to."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, ClassVar

from interlock.protocols import API, RecordStore
from interlock.testing.rules import Conformance, expect, fail
from interlock.types.decisions import Candidate, Decision
from interlock.types.records import AttemptRecord, ErrorRecord, Record
from interlock.types.response import Usage

_PATIENCE = 30.0
_MANY = 2_000
_AT_ONCE = 20


class StoreConformance(Conformance):
    """The rules for stores. A subclass gives `open`, and `read` unless nothing can be read back.

    Each rule opens a store of its own, closes it, and then reads what was kept. A subclass that cannot read
    says so in `cannot`, under `read_back`.

    Attributes:
        name: which of the plugin's stores this is; only `interlock plugins check` needs to know.
    """

    name: str = ""
    scenarios: ClassVar[frozenset[str]] = frozenset({"read_back"})

    def open(self) -> RecordStore:
        """A new and empty store."""
        raise NotImplementedError

    async def read(self, store: RecordStore) -> Sequence[Record]:
        """Everything that `store`, which is closed, has kept, in the order in which it was put."""
        raise NotImplementedError

    def test_is_a_store(self) -> None:
        store = self.open()
        expect(
            isinstance(store, RecordStore), f"{store!r} is no RecordStore: it needs api, name, put, aclose"
        )
        expect(not isinstance(store, type), "give an instance, not the class")
        expect(store.api == API, f"api is {store.api!r}; this version speaks {API}")
        expect(isinstance(store.name, str) and store.name, "name must be text")
        for name in ("put", "aclose"):
            waits = inspect.iscoroutinefunction(getattr(store, name))
            expect(waits, f"{name} must be a coroutine function")
        self._finish(store.aclose)

    def test_keeps_records_as_they_are(self) -> None:
        records = [_record(0), _bare(1), _strange(2)]
        self._check(records, lambda store: _each(store, [records]))

    def test_keeps_records_in_order(self) -> None:
        records = [_record(n) for n in range(10)]
        batches = [records[:1], [], records[1:4], records[4:]]
        self._check(records, lambda store: _each(store, batches))

    def test_keeps_many(self) -> None:
        records = [_record(n) for n in range(_MANY)]
        batches = [records[at : at + 100] for at in range(0, _MANY, 100)]
        self._check(records, lambda store: _each(store, batches))

    def test_keeps_what_is_put_at_once(self) -> None:
        batches = [[_record(n * 10 + m) for m in range(10)] for n in range(_AT_ONCE)]

        async def put_at_once(store: RecordStore) -> None:
            await asyncio.gather(*(store.put(batch) for batch in batches))

        kept = self.kept(put_at_once)
        ids = [record.id for record in kept]
        due = [record.id for batch in batches for record in batch]
        expect(sorted(ids) == sorted(due), f"{len(due)} records were put at once, and {len(ids)} kept")
        for batch in batches:
            places = [ids.index(record.id) for record in batch]
            expect(places == sorted(places), "the order within one put was lost")

    def test_waits_for_everything_when_closed(self) -> None:
        records = [_record(n) for n in range(50)]

        async def put_and_leave(store: RecordStore) -> None:
            writing = asyncio.create_task(store.put(records))
            await asyncio.sleep(0)
            await store.aclose()
            await writing

        kept = self.kept(put_and_leave)
        expect(len(kept) == len(records), f"{len(records)} records were under way, and {len(kept)} kept")

    def test_may_be_closed_twice(self) -> None:
        async def twice(store: RecordStore) -> None:
            await store.aclose()
            await store.aclose()

        store = self.open()
        self._finish(lambda: twice(store))

    def test_may_be_closed_unused(self) -> None:
        store = self.open()
        self._finish(store.aclose)

    def _check(self, due: Sequence[Record], use: Callable[[RecordStore], Awaitable[None]]) -> None:
        kept = list(self.kept(use))
        ids = [record.id for record in kept]
        expect(
            ids == [record.id for record in due],
            f"{len(due)} records were put, and {len(ids)} kept: {ids[:9]}",
        )
        for record, found in zip(due, kept, strict=True):
            expect(found == record, f"a record changed:\n  put:  {record}\n  kept: {found}")

    def kept(self, use: Callable[[RecordStore], Awaitable[None]]) -> Sequence[Record]:
        """What a new store has kept after `use` and `aclose`."""
        store = self.open()

        async def keep() -> None:
            await use(store)
            await store.aclose()

        self._finish(keep)
        self.unless_it_cannot("read_back")
        found: Sequence[Record] = self._finish(lambda: self.read(store))
        return found

    def _finish(self, make: Callable[[], Awaitable[Any]]) -> Any:
        async def main() -> Any:
            return await asyncio.wait_for(make(), _PATIENCE)

        try:
            return asyncio.run(main())
        except (NotImplementedError, AssertionError):
            raise
        except TimeoutError as error:
            fail(f"no end within {_PATIENCE:g} s", error)
        except Exception as error:  # noqa: BLE001 - whatever a store raises is the finding
            fail(f"{type(error).__name__} left the store: {error}", error)


async def _each(store: RecordStore, batches: Sequence[Sequence[Record]]) -> None:
    for batch in batches:
        await store.put(batch)


def _record(number: int) -> Record:
    """A call that failed once and was answered elsewhere."""
    shortlist = tuple(
        Candidate(deployment=name, model=f"maker/{name}", region="eu", reasons=("primary",))
        for name in ("first", "second")
    )
    decision = Decision(
        task="conversational",
        confidence=0.75,
        reason="primary_optimal",
        evidence=("short",),
        stage="heuristics",
        shortlist=shortlist,
        excluded={"third": "processed in cn; the residency allows eu only"},
        input_tokens=12,
    )
    error = ErrorRecord(kind="RateLimited", message="slow down", status=429, code="busy", request_id="r1")
    used = Usage(input_tokens=12, output_tokens=5, cache_read=3, reasoning=2)
    attempts = (
        AttemptRecord(id=0, deployment="first", model="maker/first", latency=0.25, error=error),
        AttemptRecord(
            id=1,
            deployment="second",
            model="maker/second",
            parent=0,
            started=0.5,
            latency=1.25,
            usage=used,
            cost=0.000125,
            served_model="second-2026",
            first_token=0.125,
        ),
    )
    return Record(
        id=f"record-{number:06}",
        started=1_700_000_000.5 + number,
        latency=1.75,
        decision=decision,
        attempts=attempts,
        deployment="second",
        model="maker/second",
        cost=0.000125,
        rescue="replay",
        streamed=True,
        metadata={"customer": "42"},
    )


def _bare(number: int) -> Record:
    """A call that nobody might serve."""
    decision = Decision(task="conversational", confidence=0.0, reason="fallback_excluded")
    return Record(id=f"record-{number:06}", started=0.0, latency=0.0, decision=decision, error="NoDeployment")


def _strange(number: int) -> Record:
    """Names that files and databases like to trip over."""
    name = "it's \"quoted\", 100 %; -- \n\t\u202e 名前 👩‍👩‍👧 '); DROP TABLE records;"
    decision = Decision(task=name, confidence=1.0, reason="explicit", evidence=(name,), excluded={name: name})
    return Record(
        id=f"record-{number:06}",
        started=1e10,
        latency=1e-9,
        decision=decision,
        metadata={name: name, "": ""},
    )
