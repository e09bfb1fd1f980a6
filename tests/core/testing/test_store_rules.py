"""StoreConformance: a store that breaks a rule fails that rule's test."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, ClassVar
from unittest import SkipTest

import pytest

from interlock.testing import StoreConformance, rules_of
from interlock.types.records import Record

RULES = rules_of(StoreConformance)


class Memory:
    """Takes records at once and keeps them a little later, as a database would."""

    api = 1
    name = "memory"

    def __init__(self) -> None:
        self.waiting: list[Record] = []
        self.records: list[Record] = []

    async def put(self, records: Sequence[Record]) -> None:
        self.waiting.extend(records)

    async def aclose(self) -> None:
        await asyncio.sleep(0)
        self.records += self.waiting
        self.waiting = []


class Kit(StoreConformance):
    def __init__(self, make: Callable[[], Any], **changes: Any) -> None:
        self.open = make  # type: ignore[method-assign]  # a subclass would define it
        vars(self).update(changes)

    async def read(self, store: Any) -> Sequence[Record]:
        return store.records


@pytest.mark.parametrize("rule", RULES)
def test_a_store_that_keeps_the_contract_passes(rule: str) -> None:
    getattr(Kit(Memory), rule)()


class Forgets(Memory):
    async def aclose(self) -> None:
        """Leaves what waits behind."""


class Backwards(Memory):
    async def put(self, records: Sequence[Record]) -> None:
        self.waiting = [*records, *self.waiting]


class Bounded(Memory):
    async def put(self, records: Sequence[Record]) -> None:
        self.waiting = [*self.waiting, *records][-500:]


class Plain(Memory):
    async def put(self, records: Sequence[Record]) -> None:
        for record in records:
            record.decision.task.encode("ascii")
        await super().put(records)


class Thin(Memory):
    async def put(self, records: Sequence[Record]) -> None:
        from dataclasses import replace

        await super().put([replace(record, attempts=()) for record in records])


class Races(Memory):
    async def put(self, records: Sequence[Record]) -> None:
        before = list(self.waiting)
        await asyncio.sleep(0)
        self.waiting = [*before, *records]


class ClosesOnce(Memory):
    closed: ClassVar = False

    async def aclose(self) -> None:
        if self.closed:
            raise RuntimeError("closed already")
        self.closed = True
        await super().aclose()


class Blocking(Memory):
    def put(self, records: Sequence[Record]) -> Any: ...


@pytest.mark.parametrize(
    ("store", "rule", "sentence"),
    [
        (object, "is_a_store", "it needs api, name, put, aclose"),
        (Blocking, "is_a_store", "put must be a coroutine function"),
        (Forgets, "keeps_records_as_they_are", "3 records were put, and 0 kept"),
        (Thin, "keeps_records_as_they_are", "a record changed"),
        (Plain, "keeps_records_as_they_are", "UnicodeEncodeError left the store"),
        (Backwards, "keeps_records_in_order", "10 records were put, and 10 kept"),
        (Bounded, "keeps_many", "2000 records were put, and 500 kept"),
        (Races, "keeps_what_is_put_at_once", "200 records were put at once, and 10 kept"),
        (Forgets, "waits_for_everything_when_closed", "50 records were under way, and 0 kept"),
        (ClosesOnce, "may_be_closed_twice", "RuntimeError left the store: closed already"),
    ],
)
def test_a_breach_fails_its_rule(store: Any, rule: str, sentence: str) -> None:
    with pytest.raises(AssertionError, match=sentence):
        getattr(Kit(store), f"test_{rule}")()


def test_one_that_cannot_be_read_says_why() -> None:
    kit = Kit(Memory, cannot={"read_back": "records are sent to a service"})
    kit.test_what_it_cannot_do_has_a_reason()
    with pytest.raises(SkipTest, match="sent to a service"):
        kit.test_keeps_many()
