"""What goes to the server: one script at a time, names and numbers alone, bounded, and for a while."""

import asyncio
import json
import logging
import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest
from redis.asyncio import Redis as Client

from interlock import ConnectionFailed, Message, Router, StoreError
from interlock.testing import ScriptedProvider
from interlock.types.health import HealthChange, HealthSync, ShareCall
from interlock_redis import Redis

SECRET = "sk-very-secret-0123456789"
PROMPT = "the patient in room seven"


def open_(url: str) -> Any:
    return Redis().open(ShareCall(url=url))


def a_router(url: str, **more: Any) -> Router:
    providers = [
        ScriptedProvider([ConnectionFailed("refused")] * 500, "a"),
        ScriptedProvider(["ok"] * 500, "b"),
    ]
    return Router.from_config(
        {
            "deployments": [
                {"id": name, "model": f"scripted/{name}", "provider": name, "api_key": SECRET}
                for name in "ab"
            ],
            "routes": {"conversational": ["a", "b"]},
            "retries": {"max": 0},
            "health": {"shared": url, **more},
        },
        plugins=providers,
    )


async def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - another thread makes it true
            await asyncio.sleep(0.01)


async def test_an_exchange_is_one_round_trip(server: Any) -> None:
    shared = open_(server.url)
    change = HealthChange(deployment="a", failures=1)
    await shared.sync(HealthSync(fresh=True))
    async with Client(port=server.port) as client:
        await client.config_resetstat()
        for _ in range(10):
            await shared.sync(HealthSync(changes=(change,)))
        stats = await client.info("commandstats")
    await shared.aclose()
    assert stats["cmdstat_evalsha"]["calls"] == 10
    assert not {"cmdstat_eval", "cmdstat_script|load", "cmdstat_multi", "cmdstat_publish"} & set(stats)


async def test_what_is_kept_are_names_and_numbers_for_a_while(server: Any) -> None:
    router = a_router(f"{server.url}?prefix=ours")
    for _ in range(12):
        await router.complete([Message("user", PROMPT)], task="conversational")
    await router.aclose()
    async with Client(port=server.port) as client:
        keys = sorted(key.decode() for key in await client.keys("*"))
        assert keys == ["{ours}:order", "{ours}:pages"]
        assert all([0 < await client.ttl(key) <= 3600 for key in keys])
        pages = await client.hgetall("{ours}:pages")
    everything = repr(pages)
    assert SECRET not in everything
    assert "patient" not in everything
    names = [json.loads(name) for name in pages if not name.startswith(b"#")]
    assert {name.partition("@")[0] for name, _ in names} == {"a", "b"}
    assert {task for _, task in names} <= {None, "conversational"}


async def test_pages_are_bounded(server: Any) -> None:
    shared = open_(server.url)
    for start in range(0, 1500, 100):
        changes = [HealthChange(deployment=f"d{start + n}", failures=1) for n in range(100)]
        await shared.sync(HealthSync(changes=tuple(changes)))
    await shared.aclose()
    async with Client(port=server.port) as client:
        assert await client.zcard("{interlock:health}:order") == 1024
        assert await client.hlen("{interlock:health}:pages") == 1024 + 2
        assert await client.hexists("{interlock:health}:pages", '["d1499",null]'), "the oldest went"


async def test_prefixes_and_databases_are_places_of_their_own(server: Any) -> None:
    ours, others = open_(f"{server.url}?prefix=ours"), open_(f"{server.url}?prefix=theirs")
    second = open_(server.url.removesuffix("0") + "1?prefix=ours")
    for each in (ours, others, second):
        await each.sync(HealthSync(fresh=True))
    await ours.sync(HealthSync(changes=(HealthChange(deployment="a", failures=1),)))
    assert await others.sync(HealthSync()) == []
    assert await second.sync(HealthSync()) == []
    for each in (ours, others, second):
        await each.aclose()


@pytest.mark.parametrize("scheme", ["redis", "valkey"])
async def test_a_password_opens_and_never_shows(
    serve: Callable[..., Any], scheme: str, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve("open-sesame-77")
    shared = open_(server.url.replace("redis", scheme))
    assert await shared.sync(HealthSync()) == []
    await shared.aclose()
    wrong = open_(server.url.replace("sesame", "barley"))
    with pytest.raises(StoreError) as refused:
        await wrong.sync(HealthSync())
    await wrong.aclose()
    assert str(refused.value) == (
        f"127.0.0.1:{server.port} cannot be used for sharing health (AuthenticationError)"
    )
    assert "open" not in repr(wrong)
    caplog.set_level(logging.DEBUG)
    router = a_router(server.url.replace("sesame", "barley"))
    sharing = router.wiring.sharing
    assert sharing is not None
    await until(lambda: bool(sharing.problem))
    assert (await router.complete("Hello")).text == "ok"
    await router.aclose()
    assert "barley" not in caplog.text + repr(router.wiring.config)


async def test_a_server_that_goes_silent_holds_up_no_call(server: Any) -> None:
    router = a_router(server.url)
    sharing = router.wiring.sharing
    assert sharing is not None
    await router.complete("Hello")
    os.kill(server.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        for _ in range(50):
            await router.complete("Hello")
        await until(lambda: bool(sharing.problem))
        await router.aclose()
        assert time.monotonic() - began < 10
    finally:
        os.kill(server.pid, signal.SIGCONT)


async def test_after_the_server_forgot_everything_sharing_begins_anew(server: Any) -> None:
    one, two = open_(server.url), open_(server.url)
    change = HealthChange(deployment="a", failures=3)
    for each in (one, two):
        await each.sync(HealthSync(fresh=True))
    await one.sync(HealthSync(changes=(change,)))
    async with Client(port=server.port) as client:
        await client.flushall()
    await one.sync(HealthSync(changes=(change,)))
    assert await two.sync(HealthSync()) == [], "which of these it has heard already, nobody knows"
    await one.sync(HealthSync(changes=(change,)))
    (news,) = await two.sync(HealthSync())
    assert news.failures == 3
    await one.aclose()
    await two.aclose()
