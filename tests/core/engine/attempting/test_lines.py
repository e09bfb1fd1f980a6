"""Limits that attempts wait at: rates, those of whole providers, those that processes keep to together."""

import asyncio
import time
from contextlib import suppress
from typing import Any

import pytest

from interlock import (
    AllAttemptsFailed,
    Answer,
    ConfigError,
    Delta,
    InterlockError,
    Overloaded,
    Router,
    StoreError,
    Text,
    TotalTimeout,
    Usage,
)
from interlock.testing import ScriptedProvider
from memory_limits import MemoryPlugin, Place

MINUTE = {"requests": 2, "per": "minute"}


class Vendor(ScriptedProvider):
    """Sees how many requests are there at once. Answers take `seconds`, and ten tokens."""

    def __init__(self, name: str = "a", seconds: float = 0.01) -> None:
        super().__init__([], name)
        self.seconds = seconds
        self.now = self.most = self.sent = 0

    async def complete(self, call: Any) -> Answer:
        self.sent += 1
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.now -= 1
        usage = Usage(input_tokens=4, output_tokens=6)
        return Answer(parts=(Text("ok"),), finish_reason="stop", usage=usage)

    async def stream(self, call: Any) -> Any:
        answer = await self.complete(call)
        yield Delta(text="o")
        yield Delta(text="k", finish_reason="stop", usage=answer.usage)


def router(
    vendor: Vendor, *, place: Place | None = None, limits: Any = None, deployments: Any = None, **more: Any
) -> Router:
    one = {"id": "a", "model": "scripted/a", "provider": vendor.facts.name}
    source = {
        "deployments": [one | each for each in deployments or [{}]],
        "retries": {"max": 0},
        "limits": ({} if place is None else {"shared": "memory://here"}) | (limits or {}),
    }
    plugins = [vendor] if place is None else [vendor, MemoryPlugin(place)]
    return Router.from_config(source | more, plugins=plugins)


async def asks(router: Router, times: int = 1, **more: Any) -> list[str]:
    async def one() -> str:
        try:
            return (await router.complete("Hello", task="conversational", **more)).deployment
        except InterlockError as error:
            return type(error).__name__

    return await asyncio.gather(*(one() for _ in range(times)))


async def test_without_limits_there_is_nothing_to_wait_at() -> None:
    async with router(Vendor(), deployments=[{"max_concurrency": 5}], place=None) as here:
        assert here.wiring.limiting is None
    async with router(Vendor(), place=Place()) as here:
        assert (here.wiring.limiting, await asks(here)) == (None, ["a"])


async def test_one_process_keeps_to_a_rate_and_says_when_there_is_room() -> None:
    vendor = Vendor()
    async with router(vendor, deployments=[{"rate_limit": MINUTE}]) as here:
        assert await asks(here, 2) == ["a", "a"]
        began = time.monotonic()
        with pytest.raises(Overloaded, match=r"a has no room: .* 2 requests in 60 s") as caught:
            await here.complete("Hello", task="conversational")
        assert time.monotonic() - began < 5.0, "it waited, though it was known to be in vain"
        assert 50 < caught.value.retry_after < 66
        assert vendor.sent == 2


async def test_a_deployment_without_room_for_long_gives_way_to_the_next() -> None:
    vendor = Vendor()
    each = [{"rate_limit": MINUTE}, {"id": "b"}]
    async with router(vendor, deployments=each) as here:
        assert await asks(here, 4) == ["a", "a", "b", "b"]


async def test_tokens_that_were_not_taken_are_there_for_others() -> None:
    vendor = Vendor()
    limit = {"tokens": 1_000, "per": "day"}
    async with router(vendor, deployments=[{"rate_limit": limit}]) as here:
        for _ in range(20):  # each may take some 600, and takes 10
            assert await asks(here, settings={"max_tokens": 600}) == ["a"]
        assert await asks(here, 2, settings={"max_tokens": 600}) == ["a", "Overloaded"]


async def test_a_provider_has_a_limit_over_its_deployments() -> None:
    vendor = Vendor()
    each = [{"max_concurrency": 2}, {"id": "b"}]
    limits = {"providers": {"a": {"max_concurrency": 3}}}
    async with router(vendor, deployments=each, limits=limits) as here:
        ended = await asyncio.gather(asks(here, 9, model="a"), asks(here, 9, model="b"))
        assert ended == [["a"] * 9, ["b"] * 9]
        assert vendor.most == 3


async def test_processes_keep_to_a_limit_together() -> None:
    place, vendor = Place(), Vendor()
    each = [{"max_concurrency": 3}]
    async with (
        router(vendor, place=place, deployments=each) as one,
        router(vendor, place=place, deployments=each) as two,
    ):
        assert await asyncio.gather(asks(one, 20), asks(two, 20)) == [["a"] * 20] * 2
        assert vendor.most == 3
        assert await asks(two) == ["a"]
    assert set(place.held().values()) == {0}, "a router that is closed holds nothing"


async def test_a_stream_keeps_its_place_until_it_ends() -> None:
    place, vendor = Place(), Vendor()
    each = [{"max_concurrency": 1}]
    async with router(vendor, place=place, deployments=each, load={"queue_timeout": 0.3}) as here:
        async with here.stream("Hello", task="conversational") as stream:
            await anext(aiter(stream))
            assert await asks(here) == ["Overloaded"]
        assert await asks(here) == ["a"]


async def test_whoever_leaves_while_it_waits_holds_nothing() -> None:
    place, vendor = Place(), Vendor(seconds=0.3)
    async with router(vendor, place=place, deployments=[{"max_concurrency": 1}]) as here:
        tasks = [asyncio.create_task(asks(here)) for _ in range(4)]
        await asyncio.sleep(0.1)
        for task in tasks[1:]:
            task.cancel()
        for task in tasks[1:]:
            with suppress(asyncio.CancelledError):
                await task
        assert await tasks[0] == ["a"]
        assert await asks(here) == ["a"]
        assert vendor.sent == 2


async def test_a_call_that_is_due_waits_no_longer() -> None:
    place, vendor = Place(), Vendor(seconds=5.0)
    async with router(vendor, place=place, deployments=[{"max_concurrency": 1}]) as here:
        first = asyncio.create_task(asks(here))
        await asyncio.sleep(0.1)
        with pytest.raises(TotalTimeout):
            await here.complete("Hello", task="conversational", timeout=0.2)
        first.cancel()


async def test_a_queue_that_is_full_takes_nobody_more() -> None:
    vendor = Vendor(seconds=0.2)
    each = [{"max_concurrency": 1}]
    async with router(vendor, place=Place(), deployments=each, load={"queue": 2}) as here:
        ended = await asks(here, 10)
        assert sorted(ended)[:7] == ["Overloaded"] * 7
        assert vendor.sent == 3


@pytest.mark.parametrize("trouble", ["down", "silent", "deaf"])
async def test_where_there_is_no_grace_nothing_is_sent_without_the_store(trouble: str) -> None:
    place, vendor = Place(), Vendor()
    each = [{"max_concurrency": 3}]
    async with router(vendor, place=place, deployments=each, limits={"down": "refuse"}) as here:
        assert (await asks(here), dict(here.apart)) == (["a"], {})
        place.trouble = trouble
        with pytest.raises(StoreError, match="limits are shared, and cannot be asked about"):
            await here.complete("Hello", task="conversational")
        assert vendor.sent == 1
        assert here.apart == {"limits": "nothing that they concern is sent"}
        place.trouble = None
        due = time.monotonic() + 5
        while await asks(here) != ["a"]:
            assert time.monotonic() < due
            await asyncio.sleep(0.05)
        assert await asks(here, 9) == ["a"] * 9
        assert (vendor.most, dict(here.apart)) == (3, {})
    assert set(place.held().values()) == {0}, "what was taken and never heard of is held by nobody"


async def test_in_grace_each_process_keeps_to_its_share(caplog: pytest.LogCaptureFixture) -> None:
    place, vendor = Place(), Vendor()
    each = [{"max_concurrency": 5}]
    async with (
        router(vendor, place=place, deployments=each) as one,
        router(vendor, place=place, deployments=each) as two,
    ):
        assert [await asks(one), await asks(two), await asks(one)] == [["a"]] * 3
        place.trouble = "down"
        assert await asks(one, 20) == ["a"] * 20
        assert vendor.most == 2, "a half of five places"
        assert one.apart == {"limits": "each process keeps to its share"}
        place.trouble = None
        due = time.monotonic() + 5
        while one.apart:
            assert time.monotonic() < due
            await asyncio.sleep(0.05)
        assert await asks(one, 20) == ["a"] * 20
        assert vendor.most == 5
    said = [each.message for each in caplog.records if each.name == "interlock.limits"]
    assert said[0] == "limits are not shared, and every process keeps to its share: it is down"
    assert "limits are shared again" in said
    assert len(said) <= 4, "once for each router, and not for each try"


async def test_grace_ends(caplog: pytest.LogCaptureFixture) -> None:
    place, vendor = Place(), Vendor()
    each = [{"max_concurrency": 5}]
    async with router(vendor, place=place, deployments=each, limits={"grace": 1.0}) as here:
        assert await asks(here) == ["a"]
        place.trouble = "down"
        assert await asks(here) == ["a"]
        await asyncio.sleep(1.2)
        assert await asks(here) == ["StoreError"]


async def test_a_store_that_was_never_reached_gives_no_grace() -> None:
    place = Place(trouble="down")
    async with router(Vendor(), place=place, deployments=[{"max_concurrency": 5}]) as here:
        assert await asks(here) == ["StoreError"]


async def test_what_was_sent_in_grace_counts_afterwards() -> None:
    place, vendor = Place(), Vendor()
    each = [{"rate_limit": {"requests": 4, "per": "day"}}]
    async with router(vendor, place=place, deployments=each) as here:
        assert await asks(here) == ["a"]
        place.trouble = "down"
        assert await asks(here, 2) == ["a", "a"]
        place.trouble = None
        due = time.monotonic() + 5
        while here.apart:
            assert time.monotonic() < due
            await asyncio.sleep(0.05)
        assert await asks(here, 2) == ["a", "Overloaded"]


async def test_a_store_that_has_forgotten_hears_what_was_sent() -> None:
    place, vendor = Place(), Vendor()
    each = [{"rate_limit": {"requests": 3, "per": "day"}}]
    async with router(vendor, place=place, deployments=each) as here:
        assert await asks(here, 2) == ["a", "a"]
        place.documents.clear()
        assert await asks(here, 2) == ["a", "Overloaded"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"limits": {"down": "refuse"}}, "limits.down: nothing is shared"),
        ({"limits": {"providers": {"b": {"max_concurrency": 1}}}}, "no deployment is of the provider 'b'"),
        ({"limits": {"providers": {"a": {}}}}, "limits nothing; it needs max_concurrency or rate_limit"),
        ({"limits": "memory"}, "limits.shared: expected an address such as redis://"),
        ({"limits": "rediss+x://"}, "limits.shared: expected an address such as redis://"),
        (
            {"limits": "radis://127.0.0.1"},
            "no plugin keeps limits in 'radis'; there are .*Did you mean 'redis'",
        ),
        ({"limits": {"shared": "memory://", "down": "refuse", "grace": 5}}, "limits.grace: nothing is let"),
    ],
)
def test_what_cannot_be_meant_is_refused(source: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        router(Vendor(), **source) if "limits" not in source else Router.from_config(
            {"deployments": [{"id": "a", "model": "scripted/a", "provider": "a"}]} | source,
            plugins=[Vendor(), MemoryPlugin(Place())],
        )


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ({}, "rate_limit.0: limits nothing; it needs requests or tokens"),
        ({"requests": 0}, "rate_limit.0.requests: "),
        ({"requests": 1, "per": "month"}, "rate_limit.0.per: expected one of second, minute, hour, day"),
        ([{"requests": 1}, {"tokens": 1}], "rate_limit.1.per: there is a limit for each minute already"),
    ],
)
def test_rates_that_cannot_be_meant_are_refused(limit: Any, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        router(Vendor(), deployments=[{"rate_limit": limit}])


async def test_an_error_says_which_limit_has_no_room() -> None:
    limits = {"providers": {"a": {"rate_limit": [{"requests": 1, "tokens": 9_000_000, "per": "hour"}]}}}
    async with router(Vendor(), place=Place(), deployments=[{"max_concurrency": 7}], limits=limits) as here:
        assert await asks(here) == ["a"]
        with pytest.raises((Overloaded, AllAttemptsFailed)) as caught:
            await here.complete("Hello", task="conversational")
        assert (
            "deployment a may have 7 at once; provider a may have 1 requests and 9,000,000 tokens in 3600 s, "
            "of all processes together"
        ) in str(caught.value)


async def test_what_is_sent_in_another_way_waits_at_the_same_limit() -> None:
    limits = {"providers": {"a": {"max_concurrency": 1}}}
    async with router(Vendor(), place=Place(), limits=limits, load={"queue_timeout": 0.2}) as here:
        async with here.within_limits("a"):
            assert await asks(here) == ["Overloaded"]
            with pytest.raises(Overloaded, match="provider:a has no room: provider a may have 1 at once"):
                async with here.within_limits("a", within=0.1):
                    raise AssertionError("two are through")
        assert await asks(here) == ["a"]
        async with here.within_limits("b"), here.within_limits("b"):
            pass
    async with router(Vendor()) as here, here.within_limits("a"):
        pass
