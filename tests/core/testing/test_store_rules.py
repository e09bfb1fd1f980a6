"""StoreConformance: a store that breaks a rule fails that rule's test."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any, ClassVar
from unittest import SkipTest

import pytest

from interlock.testing import StoreConformance, rules_of
from interlock.testing.bare import BareStore
from interlock.types.records import Record
from interlock.types.stores import PruneCall, RecordQuery, StoreCall

RULES = rules_of(StoreConformance)
_numbers = count()


class Shelf:
    """Takes records at once and keeps them a little later, as a database would."""

    api = 1
    name = "shelf"

    def __init__(self, kept: dict[str, Record]) -> None:
        self.waiting: list[Record] = []
        self.kept = kept

    def newest(self) -> list[Record]:
        return sorted(self.kept.values(), key=lambda record: (record.started, record.id), reverse=True)

    async def put(self, records: Sequence[Record]) -> None:
        self.waiting.extend(records)

    async def find(self, query: RecordQuery) -> Sequence[Record]:
        await Shelf.aclose(self)
        return [record for record in self.newest() if fits(record, query)][: query.limit]

    async def get(self, key: str) -> Record | None:
        return self.kept.get(key)

    async def prune(self, call: PruneCall) -> int:
        await Shelf.aclose(self)
        newest = self.newest()
        old = {record.id for record in newest if call.before is not None and record.started < call.before}
        many = {record.id for record in newest[call.keep :]} if call.keep is not None else set()
        for key in old | many:
            del self.kept[key]
        return len(old | many)

    async def aclose(self) -> None:
        await asyncio.sleep(0)
        self.kept.update((record.id, record) for record in self.waiting)
        self.waiting = []


def fits(record: Record, query: RecordQuery) -> bool:
    tried = {record.deployment, *(attempt.deployment for attempt in record.attempts)}
    return (
        (query.since is None or record.started >= query.since)
        and (query.until is None or record.started < query.until)
        and query.task in (None, record.decision.task)
        and (query.deployment is None or query.deployment in tried)
        and query.error in (None, record.error)
        and query.failed in (None, {"error": True, "answer": False}.get(record.outcome))
        and query.run in (None, record.run)
        and query.metadata.items() <= record.metadata.items()
        and (query.after is None or (record.started, record.id) < query.after)
    )


class Memory:
    api = 1
    name = "memory"
    schemes: Any = ("memory",)

    def __init__(self, shelf: Any = Shelf) -> None:
        self.places: dict[str, dict[str, Record]] = {}
        self.shelf = shelf

    def open(self, call: StoreCall) -> Any:
        return self.shelf(self.places.setdefault(call.url, {}))


class Kit(StoreConformance):
    def __init__(self, kind: Any) -> None:
        self.kind = kind

    def place(self) -> StoreCall:
        return StoreCall(url=f"memory://{next(_numbers)}")


@pytest.mark.parametrize("rule", RULES)
def test_a_store_that_keeps_the_contract_passes(rule: str) -> None:
    getattr(Kit(Memory()), rule)()


class Forgets(Shelf):
    async def aclose(self) -> None:
        """Leaves what waits behind."""


class Private(Shelf):
    def __init__(self, kept: dict[str, Record]) -> None:
        super().__init__({})


class OldestFirst(Shelf):
    def newest(self) -> list[Record]:
        return super().newest()[::-1]


class ByTimeAlone(Shelf):
    async def find(self, query: RecordQuery) -> Sequence[Record]:
        after = query.after and (query.after[0], "")
        return await super().find(replace(query, after=after))


class Thin(Shelf):
    async def put(self, records: Sequence[Record]) -> None:
        await super().put([replace(record, attempts=()) for record in records])


class Plain(Shelf):
    async def put(self, records: Sequence[Record]) -> None:
        for record in records:
            record.decision.task.encode("ascii")
        await super().put(records)


class Races(Shelf):
    async def put(self, records: Sequence[Record]) -> None:
        before = list(self.waiting)
        await asyncio.sleep(0)
        self.waiting = [*before, *records]


class Twice(Shelf):
    async def find(self, query: RecordQuery) -> Sequence[Record]:
        return [record for record in await super().find(query) for _ in range(2)]


class Careless(Shelf):
    async def find(self, query: RecordQuery) -> Sequence[Record]:
        return await super().find(replace(query, failed=None))


class Guessing(Shelf):
    async def get(self, key: str) -> Record | None:
        return self.newest()[0]


class Hoards(Shelf):
    async def prune(self, call: PruneCall) -> int:
        return 0


class Endless(Shelf):
    async def prune(self, call: PruneCall) -> int:
        return max(1, await super().prune(call))


class Eager(Shelf):
    async def prune(self, call: PruneCall) -> int:
        return await super().prune(PruneCall(keep=5))


class ClosesOnce(Shelf):
    closed: ClassVar = False

    async def aclose(self) -> None:
        if self.closed:
            raise RuntimeError("closed already")
        self.closed = True
        await super().aclose()


class Blocking(Shelf):
    def put(self, records: Sequence[Record]) -> Any: ...


class Loud(Memory):
    schemes = ("SQLite",)


@pytest.mark.parametrize(
    ("kind", "rule", "sentence"),
    [
        (object(), "is_a_kind_of_store", "it needs api, name, schemes, open"),
        (Memory, "is_a_kind_of_store", "give an instance"),
        (Loud(), "is_a_kind_of_store", "names in lower case"),
        (Memory(lambda _: object()), "opens_a_store", "it needs api, name, put, find"),
        (Memory(Blocking), "opens_a_store", "put must be a coroutine function"),
        (Memory(Forgets), "keeps_records_as_they_are", "3 records were kept, newest last, and 0 found"),
        (Memory(Private), "keeps_records_as_they_are", "and 0 found"),
        (Memory(Thin), "keeps_records_as_they_are", "a record changed"),
        (Memory(Plain), "keeps_records_as_they_are", "UnicodeEncodeError left the store"),
        (Memory(OldestFirst), "keeps_records_as_they_are", "3 records were kept, newest last, and"),
        (Memory(ByTimeAlone), "keeps_many", "2000 records were kept, newest last, and"),
        (Memory(Races), "keeps_what_is_put_at_once", "200 records were kept, newest last, and 10 found"),
        (Memory(Twice), "keeps_once_what_is_put_twice", "20 records were kept, newest last, and"),
        (Memory(Forgets), "waits_for_everything_when_closed", "50 records were kept, newest last, and 0"),
        (Memory(Careless), "finds_by_every_field", "failed=True"),
        (Memory(Guessing), "gets_by_id", "an unknown id must give None"),
        (Memory(Hoards), "prunes_what_is_too_much", "100 records were kept, newest last, and"),
        (Memory(Hoards), "prunes_what_is_too_old", "20 records were kept, newest last, and"),
        (Memory(Endless), "prunes_what_is_too_old", "never came to an end"),
        (Memory(Eager), "prunes_nothing_within_bounds", "removed 5"),
        (Memory(ClosesOnce), "may_be_closed_twice", "RuntimeError left the store: closed already"),
    ],
)
def test_a_breach_fails_its_rule(kind: Any, rule: str, sentence: str) -> None:
    with pytest.raises(AssertionError, match=sentence):
        getattr(Kit(kind), f"test_{rule}")()


def test_nothing_is_opened_where_nobody_said_what_may_be() -> None:
    kit = BareStore(Memory())
    kit.test_is_a_kind_of_store()
    with pytest.raises(SkipTest, match="ships no conformance data"):
        kit.test_keeps_many()
