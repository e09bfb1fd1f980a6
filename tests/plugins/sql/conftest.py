"""An empty place in either database for each test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from interlock.protocols import RecordStore
from interlock.types.stores import StoreCall
from interlock_sql import Sql
from postgresql import database, server

__all__ = ["database", "server"]


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> StoreCall:
    """The address of an empty place, in each database in turn."""
    if request.param == "sqlite":
        return StoreCall(url="sqlite:///records.db", folder=tmp_path)
    return StoreCall(url=request.getfixturevalue("database"), folder=tmp_path)


@pytest.fixture
def opened(place: StoreCall) -> Callable[[], RecordStore]:
    return lambda: Sql().open(place)
