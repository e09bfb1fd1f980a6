"""The task that shares health: off the calls' way, whatever becomes of the place where it is shared."""

import asyncio
import gc
import os
import threading
import time
import weakref
from typing import Any

import pytest

from interlock import ConnectionFailed, Router
from interlock.testing import ScriptedProvider
from memory_health import Memory, Place

DOWN = ConnectionFailed("refused")


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def place(memory: Memory) -> Place:
    return memory.places.setdefault("memory://ours", Place())


def a_router(memory: Memory, a: Any = "ok", **health: Any) -> Router:
    providers = [ScriptedProvider([a] * 300, "a"), ScriptedProvider(["ok"] * 300, "b")]
    return Router.from_config(
        {
            "deployments": [{"id": name, "model": f"scripted/{name}", "provider": name} for name in "ab"],
            "routes": {"conversational": ["a", "b"]},
            "retries": {"max": 0},
            "health": {"shared": "MEMORY://ours", **health},
        },
        plugins=[*providers, memory],
    )


def problem(router: Router) -> str:
    assert router.wiring.sharing is not None
    return router.wiring.sharing.problem


async def until(true: Any, seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - another thread makes it true
            await asyncio.sleep(0.005)


def thread_of(router: Router) -> threading.Thread:
    router.wiring.bridge.loop()
    thread = router.wiring.bridge._thread
    assert thread is not None
    return thread


async def test_two_routers_agree(memory: Memory, place: Place) -> None:
    one, two = a_router(memory, DOWN, opens_after=3), a_router(memory)
    for _ in range(3):
        await one.complete("Hello")
    await until(lambda: "a" in two.decide("Hello").excluded)
    assert "it failed in another process" in two.decide("Hello").excluded["a"]
    await one.aclose()
    await two.aclose()
    assert place.closed == 2


def test_a_program_with_one_decision_to_make_can_wait_for_the_news(memory: Memory) -> None:
    with a_router(memory, DOWN, opens_after=3) as one:
        for _ in range(3):
            one.complete_sync("Hello")
    with a_router(memory) as two:
        assert two.wiring.sharing is not None
        assert two.wiring.sharing.wait(10)
        assert "a" in two.decide("Hello").excluded


async def test_it_begins_without_a_call_and_goes_on_after_closing(memory: Memory, place: Place) -> None:
    router = a_router(memory)
    await until(lambda: place.syncs > 1)
    await router.aclose()
    syncs = place.syncs
    await asyncio.sleep(0.3)
    assert place.syncs == syncs
    router.decide("Hello")
    await until(lambda: place.syncs > syncs + 1)
    await router.aclose()


async def test_what_happened_last_is_told_when_closing(memory: Memory, place: Place) -> None:
    router = a_router(memory, DOWN)
    await router.complete("Hello")
    await router.aclose()
    assert [told.change.failures for told in place.log if told.change.deployment.startswith("a@")] == [1]


async def test_nothing_is_shared_that_could_not_be_another_processs(memory: Memory, place: Place) -> None:
    """The same id at another address is another deployment."""
    router = a_router(memory, DOWN)
    await router.complete("Hello")
    await router.aclose()
    names = {told.change.deployment for told in place.log}
    assert all(len(name.partition("@")[2]) == 8 for name in names)
    providers = [ScriptedProvider(["ok"], "a"), ScriptedProvider(["ok"], "b")]
    deployment = {"id": "a", "model": "scripted/a", "provider": "b"}
    other = Router.from_config(
        {"deployments": [deployment], "health": {"shared": "memory://ours"}}, plugins=[*providers, memory]
    )
    assert other.wiring.sharing is not None
    assert not names & set(other.wiring.sharing._names.values())
    await other.aclose()


async def test_a_broken_place_is_told_once_and_used_again(
    memory: Memory, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    place.broken = True
    router = a_router(memory, DOWN, opens_after=3)
    for _ in range(3):
        assert (await router.complete("Hello")).deployment == "b"
    await until(lambda: place.syncs >= 3)
    assert problem(router) == "the place is broken"
    place.broken = False
    await until(lambda: not problem(router))
    await router.aclose()
    assert [record.getMessage() for record in caplog.records if record.name == "interlock.health"] == [
        "health is not shared, and every process is on its own: the place is broken",
        "health is shared again",
    ]
    assert [told.change.cause for told in place.log if told.change.cause] == ["failing"], "it is open still"


async def test_a_place_that_raises_anything_or_hangs_holds_nobody_up(memory: Memory, place: Place) -> None:
    router = a_router(memory)

    def explode() -> None:
        raise RuntimeError("a secret")

    place.hook = explode
    await until(lambda: problem(router) == "RuntimeError")
    place.hook = lambda: asyncio.sleep(60)
    began = time.monotonic()
    assert (await router.complete("Hello")).text == "ok"
    await until(lambda: problem(router) == "TimeoutError" or place.syncs < 2)
    await router.aclose()
    assert time.monotonic() - began < 10


async def test_a_router_that_is_forgotten_takes_its_task_along(memory: Memory, place: Place) -> None:
    router = a_router(memory)
    thread = thread_of(router)
    await until(lambda: place.syncs > 1)
    gone = weakref.ref(router.wiring.bridge)
    del router
    gc.collect()
    assert gone() is None
    await until(lambda: not thread.is_alive())
    await until(lambda: place.closed == 1)


def test_a_synchronous_router_is_closed_with_its_task(memory: Memory, place: Place) -> None:
    with a_router(memory) as router:
        assert router.complete_sync("Hello").text == "ok"
        thread = thread_of(router)
    assert not thread.is_alive()
    assert place.closed == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_the_child_of_a_fork_shares_on_its_own(memory: Memory, place: Place) -> None:
    router = a_router(memory)
    router.complete_sync("Hello")
    child = os.fork()
    if not child:
        syncs = place.syncs
        router.decide("Hello")
        due = time.monotonic() + 10
        while place.syncs < syncs + 2 and time.monotonic() < due:
            time.sleep(0.01)
        os._exit(0 if place.syncs >= syncs + 2 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    router.close_sync()


def test_without_a_place_nothing_is_started() -> None:
    router = Router.from_config(
        {"deployments": [{"id": "a", "model": "scripted/a", "provider": "a"}]},
        plugins=[ScriptedProvider(["ok"], "a")],
    )
    router.decide("Hello")
    assert router.wiring.sharing is None
    assert not router.wiring.bridge.running
