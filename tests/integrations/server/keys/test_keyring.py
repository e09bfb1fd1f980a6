"""Whose a secret is: looked up by its digest, for as long as the key is valid, while its file may change."""

import asyncio
import time

import pytest

from interlock import ConfigError
from interlock_server.keys import Keyring, digest_of, new_secret

EXPIRED = "2020-01-01"


def entry(id_, secret, *more):
    return "\n  ".join((f"{id_}:", f"sha256: {digest_of(secret)}", *more)) + "\n"


@pytest.fixture
def secret():
    return new_secret()


@pytest.fixture
def written(tmp_path):
    def write(*entries):
        # As editors and configuration management do: another file in its place.
        beside = tmp_path / "keys.new"
        beside.write_text("".join(entries))
        beside.replace(tmp_path / "keys.yaml")

    return write


def opened(tmp_path, environ=None, where="keys.yaml"):
    return Keyring.open(where, tmp_path, environ or {})


async def seen(condition, within=3.0):
    due = time.monotonic() + within
    while not condition():
        assert time.monotonic() < due, "was not seen in time"
        await asyncio.sleep(0.02)


def test_without_keys_nobody_must_present_one():
    keys = Keyring.open(None, None, {})
    assert not keys.required
    assert keys.principal(None) is None
    assert keys.principal(new_secret()) is None


def test_a_file_without_keys_lets_nobody_in(tmp_path, written, secret):
    written("# nobody yet\n")
    keys = opened(tmp_path)
    assert keys.required
    assert keys.principal(secret) is None


def test_a_secret_is_its_owners_alone(tmp_path, written, secret):
    written(entry("ci", secret, "sees: true"), entry("desk", new_secret()))
    keys = opened(tmp_path)
    found = keys.principal(secret)
    assert found is not None
    assert (found.id, found.sees) == ("ci", True)
    assert keys.by_id("ci") is found
    for other in (None, "", secret[:-1], secret + "=", secret.upper(), digest_of(secret), "\udc80", "a\0b"):
        assert keys.principal(other) is None
    assert keys.by_id("nobody") is None


def test_a_key_ends_at_its_time(tmp_path, written, secret):
    written(entry("ci", secret, "expires: 2027-01-31"))
    now = 1_801_353_599.0
    keys = Keyring.open("keys.yaml", tmp_path, {})
    keys._clock = lambda: now
    assert keys.principal(secret) is keys.by_id("ci") is not None
    now += 1
    assert keys.principal(secret) is None
    assert keys.by_id("ci") is None


def test_the_environments_keys_stand_beside_the_files(tmp_path, written, secret):
    other = new_secret()
    written(entry("ci", secret))
    keys = opened(tmp_path, {"INTERLOCK_KEYS": f"bot={other}"})
    assert [keys.principal(each).id for each in (secret, other)] == ["ci", "bot"]
    assert sorted(each.id for each in keys) == ["bot", "ci"]


def test_an_id_of_both_is_refused(tmp_path, written, secret):
    written(entry("ci", secret))
    with pytest.raises(ConfigError, match="this id is in INTERLOCK_KEYS, too"):
        opened(tmp_path, {"INTERLOCK_KEYS": f"ci={new_secret()}"})


def test_two_keys_with_one_secret_are_refused(tmp_path, written, secret):
    written(entry("ci", secret), entry("desk", secret))
    with pytest.raises(ConfigError, match="has the secret of ci as well"):
        opened(tmp_path)


def test_a_file_that_is_not_there_is_refused_with_the_way_out(tmp_path):
    with pytest.raises(ConfigError, match="interlock keys create"):
        opened(tmp_path)
    (tmp_path / "keys.yaml").mkdir()
    with pytest.raises(ConfigError, match=r"keys\.yaml: cannot be read"):
        opened(tmp_path)


async def test_a_change_of_the_file_is_seen_within_a_second(tmp_path, written, secret):
    other = new_secret()
    written(entry("ci", secret), entry("desk", other))
    keys = opened(tmp_path)
    await keys.start()
    try:
        written(entry("desk", other, "sees: true"))
        await seen(lambda: keys.principal(secret) is None)
        assert keys.by_id("ci") is None
        assert keys.principal(other).sees
    finally:
        await keys.aclose()


async def test_a_file_that_cannot_be_used_leaves_the_keys_as_they_were(tmp_path, written, secret, caplog):
    written(entry("ci", secret))
    keys = opened(tmp_path)
    await keys.start()
    try:
        written(entry("ci", secret, "residncy: eu"))
        await seen(lambda: keys.problem)
        assert "ci.residncy" in keys.problem
        assert keys.problem in caplog.text
        assert keys.principal(secret).id == "ci"
        (tmp_path / "keys.yaml").unlink()
        await seen(lambda: "no such file" in keys.problem)
        assert keys.principal(secret).id == "ci"
        written(entry("ci", secret, "sees: true"))
        await seen(lambda: keys.problem is None)
        assert keys.principal(secret).sees
    finally:
        await keys.aclose()


async def test_a_key_of_the_file_with_an_id_of_the_environment_is_nobodys(tmp_path, written, secret):
    """It may be restricted where the other is not, and both would be looked up by one id."""
    written(entry("desk", new_secret()))
    keys = opened(tmp_path, {"INTERLOCK_KEYS": f"ci={new_secret()}"})
    await keys.start()
    try:
        written(entry("desk", new_secret()), entry("ci", secret, "models: [a]"))
        await seen(lambda: len(list(keys)) == 3)
        assert keys.principal(secret) is None
        assert keys.by_id("ci").models is None
    finally:
        await keys.aclose()


async def test_following_ends_and_may_begin_again(tmp_path, written, secret):
    written("")
    keys = opened(tmp_path)
    await keys.aclose()
    for _ in range(2):
        await keys.start()
        await keys.start()
        await keys.aclose()
        await keys.aclose()
    written(entry("ci", secret))
    await keys.start()  # it looks once before it follows
    assert keys.principal(secret).id == "ci"
    await keys.aclose()
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]


def test_no_digest_is_printed_of_a_key(tmp_path, written, secret):
    written(entry("ci", secret))
    keys = opened(tmp_path)
    assert digest_of(secret) not in repr(keys.principal(secret))
