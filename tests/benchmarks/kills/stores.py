"""Where the ledger of the runs is kept, and what a judge reads there without the ledger's code."""

import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg

QUERY = "SELECT node, state FROM agents_effects WHERE run = "
MEMORY = Path("/dev/shm")


class Kept(NamedTuple):
    """A database for the ledger."""

    url: str

    def states(self, run: str) -> Mapping[str, str]:
        """The state of each effect of a run, by its title."""
        if self.url.startswith("sqlite"):
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as database:
                rows = database.execute(QUERY + "?", (run,)).fetchall()
        else:
            with psycopg.connect(self.url) as connection:
                rows = connection.execute(QUERY + "%s", (run,)).fetchall()
        return {f"{run}-{node.removeprefix('step')}": state for node, state in rows}


def in_sqlite(folder: Path) -> Kept:
    return Kept(f"sqlite:///{folder}/agents.db")


@contextmanager
def keep(name: str, folder: Path) -> Iterator[Kept]:
    """An empty database of either kind."""
    if name == "sqlite":
        yield in_sqlite(folder)
        return
    sys.path.append(str(Path(__file__).parents[2] / "support"))
    from postgresql import running

    with running() as address:
        yield Kept(f"postgresql://{address}/postgres")


@contextmanager
def folder() -> Iterator[Path]:
    """A folder in memory, where there is such a place: a process that is killed takes no disk with it."""
    made = Path(tempfile.mkdtemp(prefix="kills-", dir=MEMORY if MEMORY.is_dir() else None))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
