"""Whoever plugins know comes in beside keys, is held to what they may, and never in a key's name."""

import asyncio
from typing import Any

import pytest

from interlock import StoreError, hookimpl
from interlock.testing import Upstream
from interlock.types.principals import Principal
from interlock_server.keys import Keyring, digest_of, new_secret
from interlock_server.keys.ring import Key, Ring
from server_stage import either, stage


class Badges:
    """Lets in whoever is told here by their secret, and offers itself."""

    api = 1
    name = "badges"

    def __init__(self, **let_in: Any) -> None:
        self.let_in = let_in
        self.told: list[str] = []

    @hookimpl
    def interlock_identities(self) -> Any:
        return [self]

    def principal(self, secret: str) -> Any:
        found = self.let_in.get(secret)
        if isinstance(found, Exception):
            raise found
        return found

    def by_id(self, id_: str) -> Any:
        return next((each for each in self.let_in.values() if getattr(each, "id", None) == id_), None)

    async def start(self) -> None:
        self.told.append("start")

    async def aclose(self) -> None:
        self.told.append("end")


def test_who_a_plugin_knows_comes_in_and_is_held_to_what_they_may() -> None:
    badges = Badges(ann=Principal(id="ann", models=frozenset({"test/m-b"})), bob=Principal(id="bob"))
    vendors = Upstream(always=either()), Upstream(always=either())
    with vendors[0], vendors[1], stage(*vendors, plugins=[badges]) as client:
        assert client.chat().status == 401
        for who, deployment in (("ann", "b"), ("bob", "a")):
            client.headers = {"Authorization": f"Bearer {who}"}
            answer = client.chat()
            assert (answer.status, answer.headers["x-interlock-deployment"]) == (200, deployment)
        client.headers = {"Authorization": "Bearer eve"}
        assert client.chat().status == 401
        client.headers = {"Authorization": "Bearer ann"}
        badges.let_in.clear()
        assert client.chat().status == 401
    assert badges.told == ["start", "end"]


def ring(id_: str) -> tuple[Ring, str]:
    """A key, and its secret."""
    secret = new_secret()
    return Ring([Key(principal=Principal(id=id_), digests=(digest_of(secret),))]), secret


def test_a_keys_own_secret_is_asked_nobody_else() -> None:
    fixed, secret = ring("ci")
    keys = Keyring(fixed, None, [Badges(**{secret: ValueError(secret)})])
    assert keys.principal(secret) is keys.by_id("ci")


def test_nobody_comes_in_by_the_id_of_a_key() -> None:
    fixed, _ = ring("ci")
    keys = Keyring(fixed, None, [Badges(ann=Principal(id="ci", sees=True))])
    assert keys.principal("ann") is None
    found = keys.by_id("ci")
    assert found is not None
    assert not found.sees


@pytest.mark.parametrize(
    "said",
    [ValueError("hush"), StoreError("hush"), "a name", Principal(id=""), Principal(id="a\nb"), {"id": "ann"}],
    ids=["an error", "a store's", "text", "no id", "two lines", "a mapping"],
)
def test_what_a_plugin_cannot_tell_nobody_can(said: Any, caplog: pytest.LogCaptureFixture) -> None:
    keys = Keyring(Ring(), None, [Badges(ann=said)])
    with pytest.raises(StoreError, match="identities cannot be looked up now"):
        keys.principal("ann")
    assert "hush" not in caplog.text
    assert "badges could not be told" in caplog.text
    assert keys.principal("bob") is None


def test_they_end_when_they_say_and_need_not_start() -> None:
    class Sick(Badges):
        async def start(self) -> None:
            raise OSError("hush")

        async def aclose(self) -> None:
            raise OSError("hush")

    ended = Principal(id="ann", expires=1.0)
    keys = Keyring(Ring(), None, [Sick(ann=ended, bob=Principal(id="bob"))])

    async def through() -> None:
        await keys.start()
        assert keys.required
        assert keys.principal("ann") is None
        assert keys.by_id("bob") is not None
        await keys.aclose()

    asyncio.run(through())
