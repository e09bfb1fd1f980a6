"""DBOS by the rules for engines: in SQLite, and in PostgreSQL where processes are killed."""

import pytest

from interlock_agents.engines.conformance import EngineConformance, Place, play
from interlock_dbos import DbosEngines


class TestDbosInSqlite(EngineConformance):
    kind = DbosEngines()
    every = 60
    first = 7
    modules = ("interlock_dbos.engine",)

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path):
        self._places = tmp_path

    def place(self):
        folder = self._places / f"place{len(list(self._places.iterdir()))}"
        folder.mkdir()
        return Place(url="dbos+sqlite:///dbos.db", folder=folder)


@pytest.mark.parametrize("point", ["after act a1", "after suspension"])
def test_in_postgresql_a_run_goes_on_after_a_kill(database, tmp_path, point):
    place = Place(url=f"dbos+{database}", folder=tmp_path)
    case = play(DbosEngines(), place, [point])
    assert case.kills == 1
