"""Prints what `interlock_sql/tables.sql` has to be: the statements by which SQLAlchemy makes the tables."""

import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

from interlock.types.stores import StoreCall
from interlock_sql.address import address_of
from interlock_sql.engines import make_engine, writing
from interlock_sql.upgrade import upgrade


def statements() -> list[str]:
    with TemporaryDirectory() as folder:
        place = StoreCall(url="sqlite:///records.db", folder=Path(folder))
        engine = make_engine(address_of(place))
        with writing(engine).begin() as connection:
            upgrade(connection)
        engine.dispose()
        file = sqlite3.connect(Path(folder) / "records.db")
        made = file.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' "
            "ORDER BY type != 'table', CASE type WHEN 'table' THEN rowid ELSE name END"
        )
        found = ["\n".join(line.rstrip().expandtabs(4) for line in sql.splitlines()) for (sql,) in made]
        version = file.execute("SELECT version_num FROM interlock_version").fetchone()[0]
        file.close()
    return [*found, f"INSERT INTO interlock_version VALUES ('{version}')"]


if __name__ == "__main__":
    print("\n\n".join(statements()))
