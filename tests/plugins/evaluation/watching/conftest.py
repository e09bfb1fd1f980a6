"""Calls of a real router, a store of records and a store of evaluations."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from interlock import Router
from interlock.types.stores import StoreCall
from interlock_evaluation.store import Store
from interlock_sql import SqlStore, address_of
from recorded_traffic import Patterns, configuration, patterns
from watched_traffic import Watched


@pytest.fixture(params=["sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty place; `either_database` has a test run in each."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/eval.db"
    return str(request.getfixturevalue("database"))


@pytest.fixture(scope="session")
def calls() -> Patterns:
    return patterns()


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[SqlStore]:
    opened = SqlStore(address_of(StoreCall(url=f"sqlite:///{tmp_path}/calls.db")))
    yield opened
    await opened.aclose()


@pytest.fixture
def watched(calls: Patterns, records: SqlStore, store: Store, router: Router) -> Watched:
    return Watched(calls=calls, records=records, store=store, router=router)


@pytest.fixture
def router() -> Iterator[Router]:
    with Router.from_config(configuration("http://127.0.0.1:9", records=None)) as made:
        yield made
