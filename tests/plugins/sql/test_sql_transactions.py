"""Work that shares a transaction: done together, and each by itself where one of them cannot be."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, event, insert, select

from interlock import StoreError
from interlock_sql import Transactions, own_address

METADATA = MetaData()
NUMBERS = Table("numbers", METADATA, Column("number", Integer, primary_key=True))


class Numbers(Transactions):
    """A store of numbers, which counts its transactions."""

    commits = 0

    def _connect(self):
        database = super()._connect()
        METADATA.create_all(database.engine)
        event.listen(database.engine, "commit", self._count)
        return database

    def _count(self, _):
        self.commits += 1

    def _migrations(self):
        from interlock_evaluation.migrating import MIGRATIONS  # any will do

        return MIGRATIONS


@pytest.fixture
async def numbers(tmp_path):
    store = Numbers(own_address("sqlite:///n.db", tmp_path, what="numbers", default=""), thread="numbers")
    await store.run(lambda it: None)
    store.commits = 0
    yield store
    await store.aclose()


def put(number):
    def work(connection):
        connection.execute(insert(NUMBERS), {"number": number})
        return number

    return work


async def there(store):
    return await store.read(lambda it: list(it.execute(select(NUMBERS.c.number)).scalars()))


async def test_many_share_a_transaction_and_each_gets_what_its_own_work_gives(numbers):
    given = await asyncio.gather(*(numbers.together(put(each)) for each in range(50)))
    assert given == list(range(50))
    assert await there(numbers) == given
    assert 1 <= numbers.commits <= 2


async def test_one_that_fails_takes_no_other_with_it(numbers):
    await numbers.run(put(3))
    given = await asyncio.gather(*(numbers.together(put(each)) for each in range(6)), return_exceptions=True)
    assert [each for each in given if not isinstance(each, Exception)] == [0, 1, 2, 4, 5]
    assert isinstance(given[3], StoreError)
    assert await there(numbers) == list(range(6))


async def test_one_that_is_cancelled_before_its_turn_is_not_done_with_the_others(numbers):
    tasks = [asyncio.create_task(numbers.together(put(each))) for each in range(3)]
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await numbers.together(put(7))
    assert await there(numbers) == [0, 2, 7]


async def test_nobody_is_told_that_it_is_kept_in_a_file_that_is_gone(numbers, tmp_path):
    def gone(connection):
        for each in Path(tmp_path).glob("n.db*"):
            each.unlink()

    given = await asyncio.gather(
        numbers.together(gone), numbers.together(put(1)), numbers.together(put(2)), return_exceptions=True
    )
    kept = await there(numbers)
    for number, told in zip((1, 2), given[1:], strict=True):
        assert isinstance(told, StoreError) or number in kept
