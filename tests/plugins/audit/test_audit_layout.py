"""A database that shows something else than it holds is found, though every entry verifies."""

import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from interlock import LogEntry
from interlock.types.logs import LogQuery

CALL_INDEX = "CREATE INDEX audit_by_call ON audit (json_extract(body, '$.call'))"
SHOWN = "number, chain, seq, id, hash, replace(body, 'paris', 'tokyo') AS body FROM kept"
# A connection that verifies has no use for foreign keys, and one that reads has them on.
TWO_FACED = SHOWN.replace(
    "replace(",
    "CASE WHEN (SELECT foreign_keys FROM pragma_foreign_keys) THEN replace(",
).replace(" AS body", " ELSE body END AS body")
FUNCTION = (
    "CREATE OR REPLACE FUNCTION interlock_audit_text(body text, name text) RETURNS text "
    "LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$"
)
WITHOUT_TRIGGERS = "DROP TRIGGER audit_stays; DROP TRIGGER audit_is_fixed"


async def written(place):
    log = place.open()
    await log.append([LogEntry(kind="x.y", call=f"c{n}", facts={"region": "paris"}) for n in range(3)])
    await log.aclose()


def do(place, script):
    url = place.url.removeprefix("audit+")
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as database:
        database.executescript(script)


async def test_what_the_log_has_made_itself_is_as_it_should_be(place):
    await written(place)
    report = place.verify()
    assert (report.findings, report.notes) == ([], [])


async def test_a_view_that_shows_readers_another_log_than_verification_is_found(sqlite):
    await written(sqlite)
    moved = "DROP VIEW audit_entries; ALTER TABLE audit RENAME TO kept"
    do(sqlite, f"{WITHOUT_TRIGGERS}; {moved}; CREATE VIEW audit AS SELECT {TWO_FACED}")
    log = sqlite.open()
    assert {each.facts["region"] for each in await log.read(LogQuery())} == {"tokyo"}
    await log.aclose()
    assert [finding.kind for finding in sqlite.verify().findings] == ["shape"]


@pytest.mark.parametrize(
    "script",
    [
        "DROP VIEW audit_entries; CREATE VIEW audit_entries AS SELECT 'nothing' AS kind",
        "DROP VIEW audit_entries; CREATE TABLE audit_entries (kind TEXT)",
        f"DROP INDEX audit_by_call; {CALL_INDEX} WHERE number <> 3",
        "ALTER TABLE audit ADD COLUMN shown TEXT AS ('nothing')",
        "DROP TABLE audit_checkpoints",
        "ALTER TABLE audit_checkpoints RENAME TO c; CREATE VIEW audit_checkpoints AS SELECT * FROM c LIMIT 0",
    ],
)
async def test_what_is_in_the_place_of_the_logs_own_is_found(sqlite, script):
    await written(sqlite)
    do(sqlite, script)
    report = sqlite.verify()
    assert [finding.kind for finding in report.findings] == ["shape"], report.findings


async def test_an_index_that_hides_an_entry_is_found(sqlite):
    await written(sqlite)
    named = CALL_INDEX.replace("'", "''")
    do(
        sqlite,
        f"DROP INDEX audit_by_call; {CALL_INDEX} WHERE number <> 3; PRAGMA writable_schema = ON;"
        f"UPDATE sqlite_schema SET sql = '{named}' WHERE name = 'audit_by_call'",
    )
    log = sqlite.open()
    assert await log.read(LogQuery(call="c1")) == []
    await log.aclose()
    (finding,) = sqlite.verify().findings
    assert "audit_by_call does not have all entries" in finding.what


async def test_other_names_in_other_cases_are_no_way_around(sqlite):
    await written(sqlite)
    do(
        sqlite,
        f"{WITHOUT_TRIGGERS}; DROP VIEW audit_entries; ALTER TABLE audit RENAME TO kept;"
        f"CREATE VIEW AUDIT AS SELECT {TWO_FACED}",
    )
    assert {finding.kind for finding in sqlite.verify().findings} == {"shape"}


async def test_triggers_that_are_gone_and_others_are_told_and_change_nothing(sqlite):
    await written(sqlite)
    do(
        sqlite,
        "DROP TRIGGER audit_stays; CREATE TRIGGER mine BEFORE INSERT ON audit "
        "BEGIN SELECT RAISE(IGNORE); END",
    )
    report = sqlite.verify()
    assert report.whole
    assert [note for note in report.notes if "audit_stays" in note]
    assert [note for note in report.notes if "not its own: mine" in note]


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (["ALTER TABLE audit ENABLE ROW LEVEL SECURITY"], "no plain table"),
        (["CREATE RULE nothing AS ON UPDATE TO audit DO INSTEAD NOTHING"], "no plain table"),
        (
            [f"{FUNCTION} SELECT CASE name WHEN 'call' THEN 'nothing' ELSE body::json ->> name END $$"],
            "interlock_audit_text",
        ),
        (
            [
                "DROP VIEW audit_entries",
                "ALTER TABLE audit RENAME TO kept",
                f"CREATE VIEW audit AS SELECT {SHOWN.replace('tokyo', 'paris')}",
            ],
            "no plain table",
        ),
    ],
)
async def test_postgresql_that_shows_something_else_is_found(in_postgresql, statements, words):
    place = in_postgresql
    await written(place)
    for statement in statements:
        place.run(statement)
    report = place.verify()
    assert any(words in finding.what for finding in report.findings), report.findings


@pytest.fixture
def still(sqlite, monkeypatch):
    """The database's file once it is written, in a folder where nothing can be."""
    place = Path(sqlite.url.removeprefix("audit+sqlite:///"))

    @contextmanager
    def lies_still():
        with closing(sqlite3.connect(place)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert place.read_bytes()[18] == 2, "it is still one with a journal ahead"
        place.parent.chmod(0o500)
        monkeypatch.setattr("os.access", lambda path, mode: False)  # which root always may
        yield place
        place.parent.chmod(0o700)

    return lies_still


async def test_a_copy_that_lies_where_nothing_can_be_written_is_read(sqlite, still):
    await written(sqlite)
    with still() as place:
        assert sqlite.verify().whole
        assert not place.with_name("audit.db-shm").exists()
