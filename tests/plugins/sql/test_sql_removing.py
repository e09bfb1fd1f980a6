"""How records are removed: within few statements, which are the same whatever there is to remove."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from interlock.testing.records import sample_record
from interlock.types.stores import PruneCall
from interlock_sql.address import Address
from interlock_sql.file_database import FileDatabase
from interlock_sql.removing import Remover


def test_a_driver_has_the_same_few_statements_to_keep_however_many_records_go(tmp_path: Path) -> None:
    file = tmp_path / "records.db"
    database = FileDatabase(Address(label="records", file=file), file)
    said: list[set[str]] = []
    with sqlite3.connect(file) as reader:

        def ask(statement: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
            said[-1].add(statement)
            return reader.execute(statement, values).fetchall()

        for first, last in ((0, 3), (3, 40), (40, 1_500)):
            database.put([sample_record(number) for number in range(first, last)])
            said.append(set())
            remover, gone = Remover("sqlite"), 0
            while removed := remover.remove(ask, PruneCall(keep=1)):
                gone += removed
            reader.commit()
            assert gone == last - max(first - 1, 0) - 1
            assert reader.execute("SELECT id FROM records").fetchall() == [(f"record-{last - 1:06}",)]
            assert reader.execute("SELECT DISTINCT record FROM attempts").fetchall() == [
                (f"record-{last - 1:06}",)
            ]
    reader.close()
    database.close()
    assert said[0] == said[1] == said[2]
