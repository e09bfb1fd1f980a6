"""What a router shows of itself while it works: calls under way, the health of deployments, what is spent."""

import asyncio
import os
import time
from contextlib import suppress

import pytest

from interlock import CallUnderWay, NoDeployment, Router, StreamInterrupted, Unavailable
from interlock.testing import Step, scripted_router


class Held:
    """Steps that wait until they are let go, each telling how far it has come."""

    def __init__(self) -> None:
        self.reached, self.go = asyncio.Event(), asyncio.Event()

    async def __call__(self, call: object) -> str:
        self.reached.set()
        await self.go.wait()
        return "One two"


async def only(router: Router, held: Held) -> CallUnderWay:
    await asyncio.wait_for(held.reached.wait(), 5)
    (call,) = router.under_way
    return call


async def test_a_call_is_seen_while_it_goes_on_and_no_longer():
    held = Held()
    router = scripted_router({"a": [held]})
    began = time.time()
    call = asyncio.create_task(
        router.complete("Prove it", task="quantitative", metadata={"team": "x"}, run="r", step="s")
    )
    seen = await only(router, held)
    assert (seen.task, seen.trying, seen.attempts, seen.streamed) == ("quantitative", ("a",), 0, False)
    assert (dict(seen.metadata), seen.run, seen.step, seen.ensemble) == ({"team": "x"}, "r", "s", None)
    assert began - 1 <= seen.started <= time.time()
    held.go.set()
    response = await call
    assert router.under_way == ()
    assert response.record.id == seen.id


async def test_who_is_asked_next_is_seen_after_a_failure():
    held = Held()
    router = scripted_router({"a": [Unavailable("down")], "b": [held]})
    call = asyncio.create_task(router.complete("Hello"))
    seen = await only(router, held)
    assert (seen.trying, seen.attempts) == (("b",), 1)
    held.go.set()
    await call


async def test_all_that_are_asked_at_once_are_seen():
    held, other = Held(), Held()
    router = scripted_router({"a": [held], "b": [other]}, ensembles={"both": {"members": ["a", "b"]}})
    call = asyncio.create_task(router.complete("Hello", ensemble="both"))
    await asyncio.wait_for(other.reached.wait(), 5)
    seen = await only(router, held)
    assert (sorted(seen.trying), seen.ensemble) == (["a", "b"], "both")
    held.go.set()
    await asyncio.sleep(0.01)
    assert router.under_way[0].trying == ("b",)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    assert router.under_way == ()


@pytest.mark.parametrize("ends", ["whole", "left", "broken", "forbidden"])
async def test_a_stream_is_seen_until_it_ends_however_it_does(ends: str):
    said = ["One", " two", Unavailable("gone")] if ends == "broken" else "One two three"
    router = scripted_router({"a": [Step(said)]})
    options = {"rescue": "raise"}
    if ends == "forbidden":
        options["constraints"] = {"deny_vendors": ["the test"]}
    stream = router.stream("Hello", **options)
    assert router.under_way == (), "nothing is sent before the first step is asked for"
    seen = []
    with suppress(StreamInterrupted, NoDeployment):
        async for _ in stream:
            seen.append(router.under_way)
            if ends == "left":
                break
    await stream.aclose()
    assert router.under_way == ()
    if ends != "forbidden":
        assert seen[0][0].streamed
        assert seen[0][0].trying == ("a",)


async def test_a_call_that_its_caller_leaves_is_seen_no_longer():
    held = Held()
    router = scripted_router({"a": [held]})
    call = asyncio.create_task(router.complete("Hello"))
    await only(router, held)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    assert router.under_way == ()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
async def test_a_forked_child_has_none_of_its_parents_calls():
    held = Held()
    router = scripted_router({"a": [held]})
    call = asyncio.create_task(router.complete("Hello"))
    await only(router, held)
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writer, str(len(router.under_way)).encode())
        os._exit(0)
    os.close(writer)
    await asyncio.to_thread(os.waitpid, child, 0)
    with os.fdopen(reader) as said:
        assert said.read() == "0"
    held.go.set()
    await call


async def test_health_is_known_of_who_was_asked():
    router = scripted_router({"a": [Unavailable("down")], "b": ["One"]})
    assert router.health == ()
    await router.complete("Hello")
    own = {each.deployment: each for each in router.health if each.task is None}
    assert (own["a"].failures, own["b"].failures) == (1, 0)


async def test_spending_is_that_of_the_present_window():
    assert scripted_router({"a": ["One"]}).spending == ()
    router = scripted_router(
        {"a": ["One"]}, budgets=[{"id": "few", "per": "day", "requests": 5, "each": "team"}]
    )
    await router.complete("Hello", metadata={"team": "x"})
    (spent,) = router.spending
    assert (spent.budget, spent.account, spent.requests, spent.limit_requests) == ("few", "x", 1, 5)


async def test_a_stream_says_whose_words_its_chunks_are():
    router = scripted_router({"a": [Unavailable("down")], "b": ["One two"]})
    stream = router.stream("Hello")
    assert stream.call is None
    async with stream:
        async for chunk in stream:
            call = stream.call
            assert call is not None
            if chunk.response is None:
                assert (call.trying, call.attempts) == (("b",), 1)
    assert stream.response is not None
    assert call.id == stream.response.record.id
