"""Limits and health of several processes in one real server. Last, one of them dies."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import limits_races
from interlock.types.health import HealthChange, HealthSync, ShareCall
from interlock.types.limits import LimitedLine, LimitsCall, LimitsPlace, SharedLimit
from interlock_sql import SqlHealthKind, SqlLimitsKind, health_database, limits_database
from interlock_sql.health_tables import HEALTH
from interlock_sql.health_tables import metadata as of_health
from interlock_sql.limits_tables import LIMITS
from interlock_sql.limits_tables import metadata as of_limits
from postgresql import Server, restarting


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """One that may be stopped."""
    with restarting() as server:
        yield server


def url_of(server: Server) -> str:
    return f"postgresql://{server.address}/postgres"


@pytest.fixture(scope="module")
def stage(own_server: Server) -> Iterator[limits_races.Stage]:
    with limits_races.staged(url_of(own_server)) as stage:
        yield stage


def test_three_processes_never_have_more_under_way_than_one_may(stage: limits_races.Stage) -> None:
    limits_races.is_never_exceeded(stage)


def test_whoever_waits_is_served_before_those_that_come_later(stage: limits_races.Stage) -> None:
    limits_races.is_first_come_first_served(stage)


def test_three_processes_send_no_more_in_a_second_than_one_may(stage: limits_races.Stage) -> None:
    limits_races.keeps_to_its_rate(stage)


def test_a_429_that_one_process_is_given_slows_that_deployment_in_all(stage: limits_races.Stage) -> None:
    limits_races.slows(stage)


def test_without_the_server_each_keeps_to_its_share(stage: limits_races.Stage, own_server: Server) -> None:
    limits_races.outlives_an_outage(stage, own_server.stop, own_server.start)


def test_where_there_is_no_grace_nothing_is_sent_without_the_server(own_server: Server) -> None:
    limits_races.refuses(url_of(own_server), own_server.stop, own_server.start)


def test_what_a_process_held_that_is_killed_others_may_have(stage: limits_races.Stage) -> None:
    limits_races.gives_back_what_the_dead_held(stage)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/shared.db"
    return str(request.getfixturevalue("database"))


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the database's clock."""
    moved = [0.0]
    for module in (limits_database, health_database):
        usual = module.seconds
        monkeypatch.setattr(module, "seconds", lambda each, usual=usual: usual(each) + moved[0])

    def move(seconds: float) -> None:
        moved[0] += seconds

    return move


def use(place: str, *lines: LimitedLine, **changes: Any) -> None:
    """An exchange about limits, or about health."""

    async def main() -> None:
        if lines:
            limits = SqlLimitsKind().open(LimitsPlace(url=place))
            await limits.exchange(LimitsCall(process="one", number=1, lines=lines))
            await limits.aclose()
        else:
            health = SqlHealthKind().open(ShareCall(url=place))
            await health.sync(HealthSync(changes=(HealthChange(**changes),), fresh=True))
            await health.aclose()

    asyncio.run(main())


def line(name: str) -> LimitedLine:
    return LimitedLine(name=name, limits=(SharedLimit(name=name, places=1),))


def column(place: str, query: str) -> list[Any]:
    engine = sa.create_engine(place.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        found = list(connection.execute(sa.text(query)).scalars())
    engine.dispose()
    return found


def test_their_tables_are_those_that_their_migrations_make(place: str) -> None:
    use(place, line("a"))
    use(place, deployment="a", failures=1)
    engine = sa.create_engine(place.replace("postgresql://", "postgresql+psycopg://"))
    found = sa.inspect(engine)
    for table in (*of_limits.sorted_tables, *of_health.sorted_tables):
        columns = {each["name"]: each["nullable"] for each in found.get_columns(table.name)}
        assert columns == {each.name: bool(each.nullable) for each in table.columns}
        names = {each["name"] for each in found.get_indexes(table.name)}
        assert names == {each.name for each in table.indexes}
    engine.dispose()
    for line_ in (LIMITS, HEALTH):
        version = f"SELECT version_num FROM {line_.version_table}"
        assert column(place, version) == [line_.revisions[-1]]


def test_what_nobody_has_told_anything_about_is_forgotten(place: str, times: Callable[[float], None]) -> None:
    use(place, line("a"))
    use(place, deployment="a", failures=1)
    times(2 * 3_600)
    use(place, line("b"))
    use(place, deployment="b", failures=1)
    assert column(place, "SELECT name FROM limit_documents") == ["b"]
    assert column(place, "SELECT name FROM health_pages") == ['["b",null]']
