"""Records that are required are in their store before anything is handed over."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from interlock import Record, Router, StoreError, TotalTimeout, Unavailable, hookimpl
from interlock.engine import writer
from interlock.testing import scripted_router
from interlock.types.stores import PruneCall, StoreCall


class Shelf:
    """A store in memory, and the plugin that offers it: `before` is run ahead of every put, and may raise."""

    api = 1
    name = "shelf"
    schemes = ("shelf",)

    def __init__(self) -> None:
        self.kept: list[Record] = []
        self.before: Callable[[], Awaitable[None]] | None = None

    @hookimpl
    def interlock_stores(self) -> list[Any]:
        return [self]

    def open(self, call: StoreCall) -> "Shelf":
        return self

    async def put(self, records: Sequence[Record]) -> None:
        if self.before is not None:
            await self.before()
        self.kept += records

    async def prune(self, call: PruneCall) -> int:
        return 0

    async def aclose(self) -> None:
        """Nothing is open."""


async def down() -> None:
    raise StoreError("the disk is full")


async def plain(router: Router) -> str:
    return (await router.complete("Hello.")).text


async def stream(router: Router) -> str:
    return "".join([chunk.text async for chunk in router.stream("Hello.")])


async def plain_sync(router: Router) -> str:
    return await asyncio.to_thread(lambda: router.complete_sync("Hello.").text)


every_way = pytest.mark.parametrize("ask", [plain, stream, plain_sync])


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "PATIENCE", 0.5)


def routed(shelf: Shelf, *said: Any, **records: Any) -> Router:
    told = {"url": "shelf://", "mode": "required"} | records
    return scripted_router({"a": list(said)}, plugins=[shelf], records=told, retries={"max": 0})


@every_way
async def test_an_answer_is_handed_over_once_its_record_is_kept(ask: Callable[[Router], Any]) -> None:
    shelf, gate, reached = Shelf(), threading.Event(), threading.Event()

    async def wait() -> None:
        reached.set()
        await asyncio.to_thread(gate.wait)

    shelf.before = wait
    async with routed(shelf, "Good day.") as router:
        asking = asyncio.ensure_future(ask(router))
        assert await asyncio.to_thread(reached.wait, 10)
        await asyncio.sleep(0.05)
        assert not asking.done()
        assert shelf.kept == []
        gate.set()
        assert await asking == "Good day."
        assert [each.outcome for each in shelf.kept] == ["answer"]


@every_way
async def test_without_its_record_an_answer_is_not_handed_over(ask: Callable[[Router], Any]) -> None:
    shelf = Shelf()
    shelf.before = down
    async with routed(shelf, "Good day.", "Good day.") as router:
        with pytest.raises(
            StoreError, match=r"its answer was not handed over: the disk is full.*background"
        ) as told:
            await ask(router)
        assert [each.deployment for each in told.value.attempts] == ["a"]
        shelf.before = None
        assert await ask(router) == "Good day."
    assert len(shelf.kept) == 2


@every_way
async def test_a_store_that_is_too_slow_is_not_waited_for(ask: Callable[[Router], Any]) -> None:
    shelf = Shelf()
    shelf.before = lambda: asyncio.sleep(0.4)
    async with routed(shelf, "Good day.", timeout=0.05) as router:
        with pytest.raises(StoreError, match=r"longer than 0\.05 s \(records\.timeout\)"):
            await ask(router)
    assert len(shelf.kept) == 1


async def test_a_call_that_is_due_does_not_wait_for_its_record() -> None:
    shelf = Shelf()
    shelf.before = lambda: asyncio.sleep(0.6)
    async with routed(shelf, "Good day.") as router:
        with pytest.raises(TotalTimeout):
            await router.complete("Hello.", timeout=0.2)


async def test_what_a_call_has_failed_with_is_told_whatever_becomes_of_its_record() -> None:
    shelf = Shelf()
    async with routed(shelf, Unavailable("503"), Unavailable("503")) as router:
        with pytest.raises(Unavailable):
            await router.complete("Hello.")
        assert [each.outcome for each in shelf.kept] == ["error"]
        shelf.before = down
        with pytest.raises(Unavailable):
            await router.complete("Hello.")
