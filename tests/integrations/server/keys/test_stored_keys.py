"""Keys in a database: every server sees what is made and revoked there, also when the database was away."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from interlock import ConfigError, RequestError, StoreError
from interlock.testing import scripted_router
from interlock_server.keys import Keyring, digest_of, new_secret
from interlock_server.keys.checking import check_names
from interlock_server.keys.stored.followed import StoredKeys
from interlock_server.keys.stored.store import KeyStore
from interlock_server.principals import Principal
from server_relay import Relay

RULES = {"models": ["a", "b"], "limits": [{"per": "day", "usd": 2.5}], "constraints": {"residency": ["eu"]}}


@asynccontextmanager
async def following(url: str, **options: Any) -> AsyncIterator[Keyring]:
    keys = Keyring.open(url, None, {}, **options)
    await keys.start()
    try:
        yield keys
    finally:
        await keys.aclose()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[KeyStore]:
    store = KeyStore.open(url)
    try:
        yield store
    finally:
        await store.aclose()


async def made(store: KeyStore, id_: str, **fields: Any) -> str:
    secret = new_secret()
    await store.add(id_, digest_of(secret), fields)
    return secret


async def until(condition: Callable[[], bool], within: float = 3.0) -> None:
    due = time.monotonic() + within
    while not condition():
        assert time.monotonic() < due, "was not seen in time"
        await asyncio.sleep(0.02)


def told(keys: Keyring, secret: str) -> str | None:
    """Whose it is, or what is said where nobody can tell."""
    try:
        found = keys.principal(secret)
    except StoreError as error:
        return f"({error})"
    return None if found is None else found.id


async def test_a_key_that_names_what_is_not_here_is_told_of_and_goes_on(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    router = scripted_router({"a": ["yes"]})

    def check(keys: Iterable[Principal], source: str) -> None:
        check_names(keys, router, source)

    async with opened(url) as store:
        secret = await made(store, "ci", tasks=["conversational", "poetri"])
        async with following(url, check=check) as keys:
            assert told(keys, secret) == "ci"
            assert "a key names what is not here: ci.tasks: 'poetri' is no task" in caplog.text
            late = await made(store, "late", tasks=["poems"])
            await until(lambda: told(keys, late) == "late")
            assert "late.tasks: 'poems' is no task" in caplog.text


async def test_what_is_made_and_revoked_is_seen_within_a_second(url: str) -> None:
    async with opened(url) as store, following(url) as keys:
        assert keys.required
        secret = await made(store, "ci", **RULES)
        await until(lambda: told(keys, secret) == "ci")
        found = keys.by_id("ci")
        assert found is keys.principal(secret) is not None
        assert found.models == {"a", "b"}
        assert found.constraints.residency == {"eu"}
        assert found.limits[0].usd == 2.5
        assert await store.revoke("ci")
        await until(lambda: told(keys, secret) is None)
        assert keys.by_id("ci") is None
        assert not await store.revoke("ci")
        assert not await store.revoke("nobody")


async def test_an_id_is_one_keys_until_it_is_revoked(url: str) -> None:
    async with opened(url) as store:
        old = await made(store, "ci")
        with pytest.raises(RequestError, match="interlock keys revoke ci"):
            await made(store, "ci")
        await store.revoke("ci")
        new = await made(store, "ci")
        async with following(url) as keys:
            assert told(keys, new) == "ci"
            assert told(keys, old) is None
        (row,) = await store.all()
        assert row.revoked_at is None


def test_no_secret_is_in_the_database(tmp_path: Path) -> None:
    async def make() -> str:
        async with opened(f"sqlite:///{tmp_path}/keys.db") as store:
            secret = await made(store, "ci", name="Integration")
            (row,) = await store.all()
            assert row.sha256 == digest_of(secret)
            return secret

    secret = asyncio.run(make())
    files = [each.read_bytes() for each in tmp_path.glob("keys.db*")]
    assert any(digest_of(secret).encode() in each for each in files)
    assert not any(secret.encode() in each for each in files)


async def test_a_row_that_cannot_be_read_lets_nobody_in_and_the_others_go_on(url: str) -> None:
    async with opened(url) as store:
        good, odd, broken = [await made(store, id_) for id_ in ("good", "odd", "broken")]
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as connection:
            values = """UPDATE server_keys SET fields = :fields WHERE id = :id"""
            connection.execute(text(values), {"id": "odd", "fields": '{"only_on_tuesdays": true}'})
            connection.execute(text(values), {"id": "broken", "fields": "{"})
        engine.dispose()
        async with following(url) as keys:
            assert [told(keys, each) for each in (good, odd, broken)] == ["good", None, None]
            assert keys.problem == "some keys cannot be used: broken, odd"


ELSEWHERE = """
    import asyncio, sys
    from interlock import StoreError
    from interlock_server.keys import Keyring

    async def main():
        keys = Keyring.open(sys.argv[1], None, {})
        await keys.start()
        print("up", flush=True)
        for said, known in (("in", True), ("out", False)):
            while told(keys) is not known:
                await asyncio.sleep(0.01)
            print(said, flush=True)
        await keys.aclose()

    def told(keys):
        try:
            return keys.principal(sys.argv[2]) is not None
        except StoreError:
            return None

    asyncio.run(main())
"""


async def test_every_process_sees_a_revocation_within_a_second(url: str) -> None:
    secret = new_secret()
    command = [sys.executable, "-c", dedent(ELSEWHERE), url, secret]
    others = [
        await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    try:
        for said in (b"up\n", b"in\n", b"out\n"):
            if said == b"in\n":
                async with opened(url) as store:
                    await store.add("ci", digest_of(secret), {})
            if said == b"out\n":
                async with opened(url) as store:
                    await store.revoke("ci")
            # A second is promised, and the machine may be busy; first an interpreter has to start.
            within = 60.0 if said == b"up\n" else 3.0
            lines = [each.stdout.readline() for each in others if each.stdout is not None]
            assert await asyncio.wait_for(asyncio.gather(*lines), within) == [said, said]
        assert [await each.wait() for each in others] == [0, 0]
    finally:
        for each in others:
            if each.returncode is None:
                each.kill()
                await each.wait()


@pytest.fixture
def relayed(database: str) -> Any:
    """PostgreSQL behind a relay: the relay, and the URL through it."""
    address, name = database.removeprefix("postgresql://").split("/")
    with Relay(int(address.rpartition(":")[2])) as relay:
        yield relay, f"postgresql://postgres@127.0.0.1:{relay.port}/{name}"


async def test_who_is_known_goes_on_while_the_database_is_down(relayed: Any, database: str) -> None:
    relay, url = relayed
    async with opened(database) as store:
        secret = await made(store, "ci")
        async with following(url) as keys:
            assert told(keys, secret) == "ci"
            relay.cut()
            await until(lambda: keys.problem is not None, within=5)
            assert told(keys, secret) == "ci"
            # Whoever is not known may have been made a key meanwhile: nobody is told that they have none.
            late = await made(store, "late")
            assert told(keys, late) == "(keys cannot be looked up now, and this one is not known here)"
            await store.revoke("ci")
            relay.restore()
            await until(lambda: told(keys, late) == "late", within=5)
            assert told(keys, secret) is None
            assert keys.problem is None


async def test_who_is_known_is_known_after_a_reload_too(relayed: Any, database: str) -> None:
    """A configuration that is read anew while the database is down shuts nobody out."""
    relay, url = relayed
    async with opened(database) as store:
        secret = await made(store, "ci")
        async with following(url) as keys:
            relay.cut()
            await until(lambda: keys.problem is not None, within=5)
            other = f"{url}_other"
            for where, said in ((url, "ci"), (other, "(keys cannot be looked up now)")):
                async with following(where, former=keys) as again:
                    assert told(again, secret) == said
            await store.revoke("ci")
            async with following(url, former=keys) as again:
                relay.restore()
                await until(lambda: told(again, secret) is None, within=5)


async def test_nobody_goes_on_beyond_the_stated_time(relayed: Any, database: str) -> None:
    relay, url = relayed
    async with opened(database) as store:
        secret = await made(store, "ci")
        async with following(url, grace=0.3) as keys:
            # Under load, a look may take longer than this grace; what is looked at is that it comes back.
            await until(lambda: told(keys, secret) == "ci", within=5)
            relay.cut()
            await until(lambda: told(keys, secret) == "(keys cannot be looked up now)", within=5)
            with pytest.raises(StoreError, match="keys cannot be looked up now"):
                keys.by_id("ci")
            relay.restore()
            await until(lambda: told(keys, secret) == "ci", within=5)


async def test_a_database_that_is_down_at_first_is_heard_later(relayed: Any, database: str) -> None:
    relay, url = relayed
    relay.cut()
    async with opened(database) as store:
        secret = await made(store, "ci")
        async with following(url) as keys:
            assert keys.required
            assert told(keys, secret) == "(keys cannot be looked up now)"
            assert keys.problem is not None
            assert "refused" in keys.problem
            relay.restore()
            await until(lambda: told(keys, secret) == "ci", within=5)
            assert keys.problem is None


async def test_a_way_that_is_lost_without_a_word_is_given_up(
    relayed: Any, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interlock_server.keys.stored.followed._PATIENCE", 0.5)
    relay, url = relayed
    async with opened(database) as store:
        secret = await made(store, "ci")
        async with following(url) as keys:
            await until(lambda: told(keys, secret) == "ci", within=5)
            relay.block()
            await until(lambda: keys.problem is not None, within=5)
            assert "does not answer" in str(keys.problem)
            assert told(keys, secret) == "ci"
            relay.restore()
            await store.revoke("ci")
            await until(lambda: told(keys, secret) is None, within=5)


async def test_clocks_that_are_set_change_nothing_about_the_stated_time(tmp_path: Path) -> None:
    """The grace is counted by a clock that nobody sets; and a look that hangs counts from when it began."""
    now = 0.0
    keys = StoredKeys(KeyStore.open(f"sqlite:///{tmp_path}/keys.db"), grace=10, every=60, clock=lambda: now)
    await keys.start()
    try:
        assert len(keys.ring) == 0
        assert keys.current
        now = 5.0
        assert not keys.current
        assert len(keys.ring) == 0
        now = 10.1
        with pytest.raises(StoreError):
            _ = keys.ring
    finally:
        await keys.aclose()


async def test_a_database_whose_keys_share_a_secret_lets_nobody_in(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/keys.db"
    async with opened(url) as store:
        secret = new_secret()
        for id_ in ("one", "two"):
            await store.add(id_, digest_of(secret), {})
        async with following(url) as keys:
            assert told(keys, secret) is None
            assert "has the secret of one as well" in str(keys.problem)


@pytest.mark.parametrize("url", ["mysql://user:hush@host/keys", "sqlite://keys.db", "postgresql://u:hush@h"])
def test_a_place_that_cannot_be_used_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Keyring.open(url, None, {})
    assert caught.value.key == "server.keys"
    assert "hush" not in str(caught.value)
