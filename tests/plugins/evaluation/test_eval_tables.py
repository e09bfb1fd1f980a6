"""The database of evaluations has the tables that the rooms declare, whichever version made it."""

from sqlalchemy import Connection, text

from interlock_evaluation import migrating
from interlock_evaluation.migrations.tables import metadata
from interlock_evaluation.store import Store

EARLIER = {"eval_runs", "eval_samples", "eval_results", "eval_marks"}
RUN = (
    "INSERT INTO eval_runs (id, suite, digest, configuration, models, options, started) "
    "VALUES ('spring', 's', 'd', 'c', '[]', '{}', 0)"
)


def differences(connection: Connection) -> list[object]:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    options = {"version_table": migrating.MIGRATIONS.version_table}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


async def test_its_tables_are_those_that_the_rooms_declare(store: Store) -> None:
    assert await store.run(differences) == []


async def test_runs_that_an_earlier_version_kept_are_there_still(url: str) -> None:
    earlier = Store.open(url)

    def first(connection: Connection) -> None:
        connection.execute(text(RUN))
        late = [each for each in metadata.sorted_tables if each.name not in EARLIER]
        metadata.drop_all(connection, late)
        connection.execute(text("UPDATE interlock_eval_version SET version_num = '0001'"))

    await earlier.run(first)
    await earlier.aclose()
    store = Store.open(url)
    assert await store.run(differences) == []
    assert await store.read(lambda each: each.execute(text("SELECT id FROM eval_runs")).scalar()) == "spring"
    await store.aclose()
