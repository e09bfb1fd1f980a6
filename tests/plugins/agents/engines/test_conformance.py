"""The engine that needs nothing beside it, by the rules for engines: in SQLite, and kills in PostgreSQL."""

import pytest

from interlock_agents.engines import Journals
from interlock_agents.engines.conformance import EngineConformance, Place, play


class TestJournalInSqlite(EngineConformance):
    kind = Journals()
    every = 20

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path):
        self._places = tmp_path

    def place(self):
        folder = self._places / f"place{len(list(self._places.iterdir()))}"
        folder.mkdir()
        return Place(url="sqlite:///agents.db", folder=folder)


@pytest.mark.parametrize("point", ["after act a1", "before first of 2"])
def test_in_postgresql_a_run_goes_on_after_a_kill(database, tmp_path, point):
    case = play(Journals(), Place(url=database, folder=tmp_path), [point])
    assert case.kills == 1
