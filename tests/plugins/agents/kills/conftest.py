"""A world that counts effects, and processes in which runs are carried out and killed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from company import stages
from playing import Stage
from stores import folder, in_sqlite
from world import World, world


@pytest.fixture(scope="package")
def there() -> Iterator[World]:
    with world() as served:
        yield served


@pytest.fixture(scope="package")
def place() -> Iterator[Path]:
    """In memory: a process that is killed takes no disk with it, and disks are slow to synchronise."""
    with folder() as made:
        yield made


@pytest.fixture(scope="package")
def pair(there: World, place: Path) -> Iterator[list[Stage]]:
    """Two stages, whose runs are kept in one SQLite database."""
    with stages(2, there, place, states=in_sqlite(place).states) as made:
        yield made


@pytest.fixture(scope="package")
def life(place: Path) -> dict[str, object]:
    """What every life is told; each stands past the leases of those before."""
    return {"store": in_sqlite(place).url, "lease": 20.0, "horizon": 0.02, "skips": True}
