"""An empty place in either database for each test, and a store in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from interlock_evaluation.store import Store
from postgresql import database, server

__all__ = ["database", "server"]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty place, in each database in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/eval.db"
    return str(request.getfixturevalue("database"))


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    opened = Store.open(url)
    yield opened
    await opened.aclose()
