"""Budgets of several processes in one database."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

import spending_races
from interlock import StoreError
from interlock.protocols import SharedLedger
from interlock.types.ledgers import (
    AccountTally,
    Hold,
    LedgerCall,
    LedgerPlace,
    Look,
    Settlement,
    SharedAccount,
)
from interlock.types.windows import window
from interlock_sql import Sql, SqlLedgers, SqlLogs, ledger_database
from interlock_sql.ledger_tables import LEDGER, metadata

HOUR = SharedAccount(name="hourly", per="hour", requests=2)


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> LedgerPlace:
    if request.param == "sqlite":
        return LedgerPlace(url="sqlite:///ledger.db", folder=tmp_path)
    return LedgerPlace(url=request.getfixturevalue("database"), folder=tmp_path)


@pytest.fixture
def reached(where: LedgerPlace) -> Iterator[sa.Engine]:
    """The database itself."""
    url = f"sqlite:///{where.folder}/ledger.db" if where.url.startswith("sqlite") else where.url
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    yield engine
    engine.dispose()


def url_of(where: LedgerPlace) -> str:
    """As the configuration of a process in another folder has it."""
    return f"sqlite:///{where.folder}/ledger.db" if where.url.startswith("sqlite") else where.url


def test_three_processes_spend_what_there_is_and_no_more(where: LedgerPlace) -> None:
    spending_races.race(url_of(where))


def test_what_is_held_ahead_is_spent_to_the_last_attempt(where: LedgerPlace) -> None:
    spending_races.flow(url_of(where))


def test_a_server_that_turns_everybody_away_refuses_and_is_used_again(database: str, server: str) -> None:
    name = database.rpartition("/")[2]

    def allow(whether: bool) -> None:
        with psycopg.connect(f"postgresql://{server}/postgres", autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {whether}")
            if not whether:
                gone = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
                connection.execute(gone, [name])

    spending_races.outages(database, (lambda: allow(False), lambda: allow(True), True))


def test_a_process_that_locks_an_account_is_not_waited_for(database: str) -> None:
    take(LedgerPlace(url=database), hold("one"))
    with psycopg.connect(database) as connection:
        connection.execute("SELECT * FROM ledger_accounts FOR UPDATE")
        with pytest.raises(StoreError, match=r"(lock|statement) timeout"):
            take(LedgerPlace(url=database), hold("two"))
        connection.rollback()
        assert not take(LedgerPlace(url=database), hold("two")).refused


def opened(where: LedgerPlace) -> SharedLedger:
    return SqlLedgers().open(where)


def take(where: LedgerPlace, *steps: Any) -> Any:
    async def main() -> Any:
        ledger = opened(where)
        try:
            return await ledger.exchange(LedgerCall(steps=steps))
        finally:
            await ledger.aclose()

    return asyncio.run(main())


def hold(name: str) -> Hold:
    return Hold(id=name, accounts=(HOUR,), tokens=5, money=3)


def settled(name: str, tokens: int, money: int) -> Settlement:
    return Settlement(id=name, accounts=(HOUR,), requests=1, tokens=tokens, money=money)


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the database's clock."""
    usual = ledger_database._Exchange._time
    moved = [0.0]
    monkeypatch.setattr(ledger_database._Exchange, "_time", lambda self, read: usual(self, read) + moved[0])

    def move(seconds: float) -> None:
        moved[0] += seconds

    return move


def test_a_window_that_is_over_begins_anew_and_late_settlements_leave_it_alone(
    where: LedgerPlace, times: Callable[[float], None]
) -> None:
    take(where, hold("one"), hold("two"))
    assert take(where, hold("three")).refused == {"three"}
    times(3_600)
    (found,) = take(where, Look(accounts=(HOUR,))).tallies.values()
    assert (found.requests, (found.start, found.end)) == (0, window("hour", found.start))
    (found,) = take(where, hold("four"), settled("one", 900, 900)).tallies.values()
    assert found == AccountTally(
        start=found.start, end=found.end, requests=1, tokens=5, money=3, held_tokens=5, held_money=3
    )


def test_a_clock_that_is_set_back_forgives_nothing(
    where: LedgerPlace, times: Callable[[float], None]
) -> None:
    take(where, hold("one"), hold("two"))
    times(-7_200)
    assert take(where, hold("three")).refused == {"three"}


def test_everything_is_forgotten_after_its_window(
    where: LedgerPlace, times: Callable[[float], None], reached: sa.Engine
) -> None:
    take(where, hold("one"), hold("two"), settled("two", 1, 1))
    times(2 * 3_600)
    other = SharedAccount(name="other", per="month", requests=1)
    take(where, Hold(id="three", accounts=(other,), tokens=1, money=1))
    with reached.connect() as connection:
        names = connection.execute(sa.text("SELECT name FROM ledger_accounts")).scalars().all()
        ids = connection.execute(sa.text("SELECT id FROM ledger_holds")).scalars().all()
    assert (names, ids) == (["other"], ["three"])


def test_its_tables_are_those_that_its_migrations_make(where: LedgerPlace, reached: sa.Engine) -> None:
    take(where, hold("one"))
    found = sa.inspect(reached)
    for table in metadata.sorted_tables:
        columns = {each["name"]: each["nullable"] for each in found.get_columns(table.name)}
        assert columns == {each.name: bool(each.nullable) for each in table.columns}
        assert {each["name"] for each in found.get_indexes(table.name)} == {
            each.name for each in table.indexes
        }
    with reached.connect() as connection:
        version = connection.execute(sa.text(f"SELECT version_num FROM {LEDGER.version_table}")).scalar()
    assert version == LEDGER.revisions[-1]


def test_records_and_a_log_may_lie_in_the_same_database(where: LedgerPlace) -> None:
    from interlock.types.logs import LogCall, LogEntry
    from interlock.types.stores import RecordQuery, StoreCall

    async def main() -> None:
        store = Sql().open(StoreCall(url=where.url, folder=where.folder))
        log = SqlLogs().open(LogCall(url=where.url, folder=where.folder))
        await store.find(RecordQuery())
        await log.append([LogEntry(kind="opened", at=1.0, facts={})])
        await store.aclose()
        await log.aclose()

    asyncio.run(main())
    assert not take(where, hold("one")).refused


def test_amounts_that_no_column_holds_are_as_many_as_it_does(where: LedgerPlace) -> None:
    account = SharedAccount(name="vast", per="month")
    vast = Hold(id="one", accounts=(account,), tokens=10**30, money=10**30)
    (found,) = take(where, vast).tallies.values()
    assert (found.tokens, found.money) == (2**63 - 1, 2**63 - 1)
    assert not take(where, Hold(id="two", accounts=(account,), tokens=10**30, money=1)).refused


def test_a_database_of_a_later_version_says_so(where: LedgerPlace, reached: sa.Engine) -> None:
    take(where, hold("one"))
    with reached.begin() as connection:
        connection.execute(sa.text(f"UPDATE {LEDGER.version_table} SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"later version of interlock-sql .* name another place in `ledger`"):
        take(where, hold("two"))
