"""What is personal is sealed for each subject, and once it is erased nobody reads it, wherever they look."""

import asyncio
import base64
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from interlock import ConfigError, LogEntry, Router, StoreError
from interlock.types.logs import LogCall
from interlock.types.models import Secret
from interlock_audit import AuditOptions, opened
from interlock_audit.database import AuditDatabase
from interlock_audit.sealing import SealingKey, keyring, sealing_key
from interlock_audit.sealing.keys import Unopened, new_data_key, seal, unseal
from interlock_audit.sealing.opening import Opener, Personal
from interlock_sql.building import Connected

SECRET = base64.b64encode(bytes(range(32))).decode()
KEY = sealing_key(SECRET)
CALL = {"kind": "x.y", "call": "c1"}


def sealed_log(place, secret=SECRET, **options):
    return place.open(sealing=Secret(secret), **options)


def bodies(place):
    return [json.loads(body) for (body,) in place.run("SELECT body FROM audit ORDER BY number")]


def opener(place, *keys):
    with closing(AuditDatabase(place.open().address)) as database, database.engine.connect() as connection:
        return Opener(keys or [KEY], keyring.all_kept(connection))


def read(place, *keys):
    reads = opener(place, *keys)
    return [reads.opened(body) for body in bodies(place) if "sealed" in body]


def said_of(name, **facts):
    return LogEntry(kind="x.y", call="c1", subject=name, personal=facts)


async def appended(log, *entries):
    await log.append(entries)
    await log.aclose()


def files_with(folder, *texts):
    return [
        (path.name, found)
        for path in folder.rglob("*")
        if path.is_file()
        for found in texts
        if found in path.read_bytes()
    ]


async def test_what_is_personal_is_sealed_and_opens_with_the_key_alone(place):
    await appended(
        sealed_log(place),
        said_of("ada.lovelace", text="Call me."),
        LogEntry(kind="x.y"),
        said_of("bob.example", n=1.5),
    )
    assert read(place) == [
        Personal(subject="ada.lovelace", facts={"text": "Call me."}),
        Personal(subject="bob.example", facts={"n": 1.5}),
    ]
    assert place.verify().whole
    written = json.dumps(bodies(place))
    assert not [word for word in ("ada.lovelace", "bob.example", "Call me") if word in written]
    with pytest.raises(Unopened):
        read(place, SealingKey.new())


async def test_all_that_is_sealed_for_a_subject_has_one_handle_which_says_nothing_of_them(place):
    await appended(sealed_log(place), said_of("ada"), said_of("bob"), said_of("ada"))
    await appended(sealed_log(place), said_of("ada"))
    handles = [body["handle"] for body in bodies(place) if "sealed" in body]
    assert [handles.index(each) for each in handles] == [0, 1, 0, 0]
    assert len(place.run("SELECT handle FROM audit_keyring")) == 2


async def test_without_a_subject_each_call_has_a_key_of_its_own(place):
    log = sealed_log(place)
    await log.append(
        [LogEntry(kind="x.y", call=call, personal={"of": call}) for call in ("c1", "c2", "c1")]
        + [LogEntry(kind="x.y", personal={"of": "none"}, id="lonely")]
    )
    assert (await log.erase(call="c1")).handle
    assert (await log.erase(entry="lonely")).handle
    await log.aclose()
    assert [found and found.facts for found in read(place)] == [None, {"of": "c2"}, None, None]


async def test_without_a_sealing_key_nothing_personal_is_kept(place):
    await appended(place.open(), said_of("ada", text="Call me."))
    assert not [body for body in bodies(place) if "sealed" in body or "handle" in body]


async def test_erasing_a_subject_leaves_the_log_whole_and_others_readable(place):
    log = sealed_log(place)
    await log.append([said_of("ada", n=1), said_of("bob", n=2)])
    before = place.run("SELECT seq, hash, body FROM audit ORDER BY seq")
    done = await log.erase(subject="ada", by="eve")
    await log.aclose()
    assert (done.traces, done.others) == (None, {})
    assert place.run("SELECT seq, hash, body FROM audit ORDER BY seq")[: len(before)] == before
    told = [body for body in bodies(place) if body["kind"] == "audit.erased"]
    assert [each["facts"] for each in told] == [{"handle": done.handle, "of": "subject"}]
    assert read(place) == [
        None,
        Personal(subject="bob", facts={"n": 2}),
        Personal(subject="eve", facts={"by": "eve"}),
    ]
    report = place.verify()
    assert (report.whole, report.unanchored) == (True, 0)


async def test_the_next_entry_of_an_erased_subject_has_another_key_in_every_process(place):
    one, two = sealed_log(place), sealed_log(place)
    for log in (one, two):
        await log.append([said_of("ada", n=1)])
    await one.erase(subject="ada")
    for log in (two, one):
        await log.append([said_of("ada", n=2)])
        await log.aclose()
    handles = [body["handle"] for body in bodies(place) if "sealed" in body]
    assert handles[0] == handles[1] != handles[2] == handles[3]
    assert [found and found.facts for found in read(place)] == [None, None, {"n": 2}, {"n": 2}]


async def test_nobody_to_erase_is_said_and_changes_nothing(place):
    log = sealed_log(place)
    await log.append([said_of("ada")])
    assert (await log.erase(subject="bob")).handle is None
    await log.aclose()
    assert "audit.erased" not in [body["kind"] for body in bodies(place)]
    other = sealed_log(place, base64.b64encode(os.urandom(32)).decode())
    assert (await other.erase(subject="ada")).others == {KEY.id: 1}
    await other.aclose()
    without = place.open()
    with pytest.raises(ConfigError, match="sealing key"):
        await without.erase(subject="ada")
    (handle,) = {body["handle"] for body in bodies(place) if "sealed" in body}
    assert (await without.erase(handle=handle)).handle == handle
    await without.aclose()


async def test_the_log_goes_on_under_another_sealing_key_and_each_reads_its_own(place):
    new = SealingKey.new()
    await appended(sealed_log(place), said_of("ada", n=1))
    log = opened(
        LogCall(url=place.url, options=place.options(sealing=Secret(base64.b64encode(new._secret).decode())))
    )
    await appended(log, said_of("ada", n=2))
    assert [found.facts for found in read(place, KEY, new)] == [{"n": 1}, {"n": 2}]
    assert [body["facts"]["sealing"] for body in bodies(place) if body["kind"] == "audit.began"] == [
        KEY.id,
        new.id,
    ]


async def test_no_file_of_the_database_has_an_erased_subject_their_words_or_their_key(sqlite, tmp_path):
    log, names = sealed_log(sqlite), [f"person-{number:04}" for number in range(900)]
    for first in range(0, len(names), 50):
        await log.append([said_of(name, text=f"words of {name}") for name in names[first : first + 50]])
    kept = {}
    with closing(AuditDatabase(log.address)) as database, database.engine.connect() as connection:
        for name in names:
            (row,) = keyring.by_lookup(connection, [KEY.lookup("subject", name)]).values()
            kept[name] = (row, KEY.unwrapped(row.wrapped, handle=row.handle, lookup=row.lookup))
    gone = names[::45]
    row, data_key = kept[gone[0]]
    assert files_with(tmp_path, row.wrapped.encode())  # or it would say nothing that it is not there below
    for name in gone:
        assert (await log.erase(subject=name)).traces is None
    await log.append([said_of("somebody else")])
    for name in gone:
        row, data_key = kept[name]
        wrapped = base64.b64decode(row.wrapped)
        secrets = [row.wrapped.encode(), wrapped, wrapped[12:44], row.lookup.encode(), data_key]
        secrets += [data_key.hex().encode(), base64.b64encode(data_key), name.encode()]
        assert not files_with(tmp_path, *secrets)
    await log.aclose()
    assert len([found for found in read(sqlite) if found is not None]) == 900 - len(gone) + 1
    assert sqlite.verify().whole


async def test_what_another_reader_holds_back_is_said_and_gone_the_next_time(sqlite, monkeypatch):
    monkeypatch.setattr("interlock_audit.sealing.erasing._PATIENCE", 0.0)
    monkeypatch.setitem(Connected.__init__.__kwdefaults__, "patience", 0.1)
    log = sealed_log(sqlite)
    await log.append([said_of("ada")])
    with closing(AuditDatabase(log.address)) as reader, reader.engine.connect() as connection:
        connection.execute(text("SELECT count(*) FROM audit")).scalar()
        done = await log.erase(subject="ada")
        assert done.handle
        assert "-wal" in done.traces
    assert (await log.erase(subject="ada")).traces is None
    await log.aclose()


async def test_writers_that_meet_make_one_key_for_a_subject(place):
    logs = [sealed_log(place) for _ in range(4)]
    names = [f"person-{number}" for number in range(20)]
    await asyncio.gather(
        *(
            log.append([said_of(name) for name in (names if at % 2 else names[::-1])])
            for at, log in enumerate(logs)
        )
    )
    for log in logs:
        await log.aclose()
    assert place.run("SELECT count(*) FROM audit_keyring") == [(20,)]
    used = {body["handle"] for body in bodies(place) if "sealed" in body}
    assert used == {handle for (handle,) in place.run("SELECT handle FROM audit_keyring")}
    assert all(read(place))
    assert place.verify().whole


async def test_a_key_whose_entry_was_not_kept_is_not_used_again(sqlite):
    log = sealed_log(sqlite)
    await log.append([LogEntry(kind="x.y")])
    sqlite.run("CREATE TRIGGER stop BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END")
    with pytest.raises(StoreError, match="somebody else"):
        await log.append([said_of("ada", n=1)])
    assert sqlite.run("SELECT count(*) FROM audit_keyring") == [(0,)]
    sqlite.run("DROP TRIGGER stop")
    await log.append([said_of("ada", n=1)])
    await log.aclose()
    assert read(sqlite) == [Personal(subject="ada", facts={"n": 1})]


async def test_a_damaged_key_fails_the_append_and_says_so(place):
    await appended(sealed_log(place), said_of("ada"))
    place.run("UPDATE audit_keyring SET wrapped = 'AAAA'")
    log = sealed_log(place)
    with pytest.raises(StoreError, match="keyring is damaged"):
        await log.append([said_of("ada")])
    await log.append([said_of("bob")])
    await log.aclose()
    assert place.verify().whole


async def test_so_many_keys_are_remembered_and_no_more(sqlite, monkeypatch):
    monkeypatch.setattr("interlock_audit.sealing.sealer.ROOM", 8)
    log = sealed_log(sqlite)
    await log.append([said_of(f"person-{number}") for number in range(20)])
    assert len(log.sealer._known) == 8
    await log.aclose()
    assert not log.sealer._known


KILLED = """
import asyncio, sys
from interlock import LogEntry
from interlock.types.logs import LogCall
from interlock.types.models import Secret
from interlock_audit import AuditOptions, opened

async def main():
    log = opened(LogCall(url=sys.argv[1], options=AuditOptions(sealing=Secret(sys.argv[2]))))
    for number in range(60):
        print(number, flush=True)
        assert (await log.erase(subject=f"person-{number}")).handle

asyncio.run(main())
"""


@pytest.mark.parametrize("after", range(4))
def test_a_process_killed_while_it_erases_has_erased_and_told_or_done_nothing(sqlite, after):
    log = sealed_log(sqlite)
    asyncio.run(appended(log, *(said_of(f"person-{number}", n=number) for number in range(60))))
    killed = subprocess.Popen([sys.executable, "-c", KILLED, sqlite.url, SECRET], stdout=subprocess.PIPE)
    with killed:
        for _ in range(3):
            killed.stdout.readline()
        time.sleep(after * 0.003)
        killed.send_signal(signal.SIGKILL)
    told = {body["facts"]["handle"] for body in bodies(sqlite) if body["kind"] == "audit.erased"}
    there = {handle for (handle,) in sqlite.run("SELECT handle FROM audit_keyring")}
    used = {body["handle"] for body in bodies(sqlite) if "sealed" in body}
    assert told
    assert told | there == used
    assert not told & there
    assert sqlite.verify().whole


@given(text=st.binary(max_size=200), at=st.integers(0, 199))
def test_what_was_changed_or_moved_to_another_entry_does_not_open(text, at):
    key = new_data_key()
    sealed = seal(key, text, entry="e1", handle="h1")
    assert unseal(key, sealed, entry="e1", handle="h1").rstrip(b" ") == text.rstrip(b" ")
    data = bytearray(base64.b64decode(sealed))
    data[at % len(data)] ^= 1
    for wrong, where in (
        (base64.b64encode(bytes(data)).decode(), {"entry": "e1", "handle": "h1"}),
        (sealed, {"entry": "e2", "handle": "h1"}),
        (sealed, {"entry": "e1", "handle": "h2"}),
        (sealed[:-4], {"entry": "e1", "handle": "h1"}),
        ("no base64", {"entry": "e1", "handle": "h1"}),
    ):
        with pytest.raises(Unopened):
            unseal(key, wrong, **where)
    with pytest.raises(Unopened):
        unseal(new_data_key(), sealed, entry="e1", handle="h1")


@given(st.text(max_size=60))
def test_what_is_no_sealing_key_is_refused_and_not_repeated(text):
    try:
        assert len(base64.b64decode(text.strip(), validate=True)) == 32
    except (ValueError, AssertionError):
        with pytest.raises(ConfigError, match="interlock audit init") as refused:
            sealing_key(text)
        assert len(text) < 8 or text not in str(refused.value)


def test_a_configuration_that_hands_over_what_is_personal_needs_a_sealing_key(tmp_path: Path) -> None:
    (tmp_path / "audit-sealing.key").write_text(SECRET)
    options = {"sealing": f"file:{tmp_path / 'audit-sealing.key'}"}
    parts = {"url": f"audit+sqlite:///{tmp_path}/audit.db", "subject": "customer"}
    config = {"deployments": [{"id": "here", "model": "local/smollm2-135m", "provider": "local"}]}
    Router.from_config({**config, "log": {**parts, "options": options}}).close_sync()
    with pytest.raises(ConfigError, match=r"log\.options\.sealing.*interlock audit init"):
        Router.from_config({**config, "log": parts})
    with pytest.raises(ConfigError, match=r"log\.options\.sealing.*32 bytes"):
        Router.from_config({**config, "log": {**parts, "options": {"sealing": "c2hvcnQ="}}})


def test_a_key_does_not_print(tmp_path: Path) -> None:
    KEY.write(tmp_path / "k")
    assert (tmp_path / "k").stat().st_mode & 0o777 == 0o600
    assert sealing_key((tmp_path / "k").read_text()).id == KEY.id
    for told in (repr(KEY), str(vars(KEY)["id"]), repr(AuditOptions(sealing=Secret(SECRET)))):
        assert SECRET not in told


async def test_rows_of_the_keyring_that_change_places_erase_and_seal_for_nobody(place):
    log = sealed_log(place)
    await log.append([LogEntry(kind="x.y", subject=name, personal={"n": name}) for name in ("ada", "bob")])
    await log.aclose()
    ada, bob = KEY.lookup("subject", "ada"), KEY.lookup("subject", "bob")
    for before, after in ((ada, "-"), (bob, ada), ("-", bob)):
        place.run(f"UPDATE audit_keyring SET lookup = '{after}' WHERE lookup = '{before}'")
    log = sealed_log(place)
    with pytest.raises(StoreError, match="may be somebody else's"):
        await log.erase(subject="bob")
    with pytest.raises(StoreError, match="keyring is damaged"):
        await log.append([LogEntry(kind="x.y", subject="bob", personal={"n": "late"})])
    await log.aclose()
    reads = opener(place)
    sealed = [body for body in bodies(place) if "sealed" in body]
    assert len(sealed) == 2
    for body in sealed:
        with pytest.raises(Unopened):
            reads.opened(body)


async def test_an_erased_key_that_is_put_back_from_a_backup_is_found(place):
    log = sealed_log(place)
    await log.append([LogEntry(kind="x.y", subject="ada", personal={"n": 1})])
    columns = "handle, lookup, wrapped, sealing"
    place.run(f"CREATE TABLE backup AS SELECT {columns} FROM audit_keyring")
    await log.erase(subject="ada")
    await log.append([LogEntry(kind="x.y", subject="ada", personal={"n": 2})])
    await log.aclose()
    assert place.verify().whole
    place.run("DELETE FROM audit_keyring")
    place.run(f"INSERT INTO audit_keyring ({columns}) SELECT {columns} FROM backup")
    assert [finding.kind for finding in place.verify().findings] == ["erased"]
