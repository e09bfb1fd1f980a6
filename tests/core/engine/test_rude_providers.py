"""Providers that do not keep to their protocol: what calls make of them."""

import asyncio

import pytest

from instant import run
from interlock import Delta, ProtocolError, Router, StreamInterrupted, TotalTimeout, Unavailable, Usage
from interlock.errors import AnswerTimeout
from interlock.testing import Step, scripted_providers, scripted_router

LIMITS = {"first_token": 5, "between_tokens": 5, "answer": 5, "total": 20}
END = Delta(finish_reason="stop", usage=Usage(input_tokens=1, output_tokens=1))
LONG = 1_000.0
SOON = pytest.approx(0, abs=0.5)


class Rude:
    """A provider out of two functions of a call: a coroutine, and an asynchronous generator."""

    api = 1

    def __init__(self, facts, complete=None, stream=None):
        self.facts, self.complete, self.stream = facts, complete, stream


def routed(*, others=(), **rude) -> Router:
    """`a` is rude; each of the others is well, and says who it is."""
    scripts = {"a": [], **{name: [f"I am {name}."] for name in others}}
    router = scripted_router(scripts, timeouts=LIMITS)
    providers = router.wiring.offers.providers
    providers["a"] = Rude(providers["a"].facts, **rude)
    return router


async def lingering(*_):
    try:
        await asyncio.sleep(LONG)
    finally:
        await asyncio.sleep(LONG)


async def translating(*_):
    try:
        await asyncio.sleep(LONG)
    except asyncio.CancelledError:
        raise Unavailable("the connection was lost") from None


async def ending(*_):
    try:
        await asyncio.sleep(LONG)
    except asyncio.CancelledError:
        return


def streamed(step):
    """A provider's stream that says something and then takes the step."""

    async def stream(call):
        yield Delta("One ")
        await step()

    return stream


def clock():
    return asyncio.get_running_loop().time()


async def alone():
    return asyncio.all_tasks() == {asyncio.current_task()}


async def heard(router, **options):
    return "".join([chunk.text async for chunk in router.stream("Count", **options)])


@pytest.mark.parametrize("step", [lingering, translating])
def test_a_limit_holds_whatever_the_provider_does_when_it_is_cancelled(step):
    async def main():
        router = routed(complete=step)
        with pytest.raises(AnswerTimeout):
            await router.complete("Hello")
        return clock(), await alone()

    assert run(main()) == (pytest.approx(5, abs=0.5), True)


@pytest.mark.parametrize("step", [lingering, translating, ending])
def test_a_call_ends_in_time_however_long_its_stream_takes_to_leave(step):
    async def main():
        router = routed(stream=streamed(step))
        with pytest.raises(TotalTimeout):
            await heard(router, timeout=3)
        return clock(), await alone()

    assert run(main()) == (pytest.approx(3, abs=0.5), True)


@pytest.mark.parametrize(
    ("step", "how"), [(translating, "plain"), (translating, "streamed"), (ending, "streamed")]
)
def test_a_caller_who_leaves_has_left_whatever_the_provider_raises(step, how):
    async def main():
        router = routed(others=["b"], complete=step, stream=streamed(step))
        task = asyncio.create_task(router.complete("Hello") if how == "plain" else heard(router))
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.wait({task})
        return task.cancelled(), router.records[-1], scripted_providers(router)

    cancelled, record, others = run(main())
    assert cancelled
    assert (record.error, record.cancelled) == (None, "CancelledError")
    assert [attempt.deployment for attempt in record.attempts] == ["a"]
    assert not any(other.calls for other in others)


async def ignoring(call):
    try:
        yield Delta("One ")
        yield Delta("two ")
    finally:
        yield Delta("three")


async def raising(call):
    try:
        yield Delta("One ")
    finally:
        raise Unavailable("not now")


async def slow(call):
    try:
        yield Delta("One ")
    finally:
        await asyncio.sleep(LONG)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("stream", [ignoring, raising, slow])
def test_a_stream_that_is_left_early_is_over_whatever_it_makes_of_that(stream, caplog):
    async def main():
        router = routed(others=["b"], stream=stream)
        async with router.stream("Count") as chunks:
            await anext(chunks)
        return clock(), router.records[-1], scripted_providers(router)

    seconds, record, others = run(main())
    assert seconds == SOON
    assert (record.error, record.cancelled) == (None, "GeneratorExit")
    assert [attempt.outcome for attempt in record.attempts] == ["left"]
    assert not any(other.calls for other in others)
    assert "the stream of a was closed and raised" in caplog.text


@pytest.mark.parametrize("how", ["plain", "streamed"])
def test_a_cancellation_inside_the_provider_is_its_own_failure_and_not_the_callers(how):
    async def lost(*_):
        inner = asyncio.create_task(asyncio.sleep(LONG))
        asyncio.get_running_loop().call_soon(inner.cancel)
        await inner

    async def stream(call):
        await lost()
        yield END

    async def main():
        router = routed(others=["b"], complete=lost, stream=stream)
        if how == "plain":
            return (await router.complete("Hello")).text, router.records[-1]
        return await heard(router), router.records[-1]

    text, record = run(main())
    assert text == "I am b."
    assert [attempt.error and attempt.error.kind for attempt in record.attempts] == ["ProtocolError", None]


def test_a_stream_need_not_be_a_generator():
    class Words:
        def __init__(self, call):
            self._deltas = iter([Delta("One "), Delta("two"), END])

        def __aiter__(self):
            return self

        async def __anext__(self):
            for delta in self._deltas:
                return delta
            raise StopAsyncIteration

    assert run(heard(routed(stream=Words))) == "One two"


def test_what_comes_after_the_finish_belongs_to_the_answer():
    async def stream(call):
        yield Delta("One ")
        yield END
        yield Delta("two")

    async def main():
        chunks = routed(stream=stream).stream("Count")
        return "".join([chunk.text async for chunk in chunks]), chunks.response.text

    assert run(main()) == ("One two", "One two")


def test_an_answer_that_goes_on_after_its_finish_is_not_whole_when_it_stops():
    async def stream(call):
        yield Delta("One ")
        yield END
        yield Delta("two")
        await asyncio.sleep(LONG)

    with pytest.raises(StreamInterrupted):
        run(heard(routed(stream=stream)))


def test_a_finished_answer_is_handed_over_when_time_runs_out_before_its_usage_has_come():
    async def stream(call):
        await asyncio.sleep(2.9)
        yield Delta("All said.", finish_reason="stop")
        await asyncio.sleep(LONG)

    async def main():
        return await heard(routed(stream=stream), timeout=3), clock()

    assert run(main()) == ("All said.", pytest.approx(3, abs=0.2))


def test_ten_thousand_tiny_steps_are_replayed_word_for_word():
    words = [f"{number} " for number in range(10_000)]
    whole = [*(Delta(word) for word in words), END]
    router = scripted_router({"a": [[*whole[:9_000], Unavailable("gone")]], "b": [whole]})
    assert run(heard(router)) == "".join(words)


def test_a_synchronous_failure_to_begin_is_a_failed_attempt():
    def stream(call):
        raise ValueError("no")

    assert run(heard(routed(others=["b"], stream=stream))) == "I am b."


@pytest.mark.parametrize("said", [None, "text", 7])
def test_what_is_no_answer_is_none(said):
    async def complete(call):
        return said

    async def stream(call):
        yield said

    with pytest.raises(ProtocolError):
        run(routed(complete=complete).complete("Hello"))
    with pytest.raises(ProtocolError):
        run(heard(routed(stream=stream)))


class TestWaiting:
    """A call's own limit, wherever it waits."""

    @staticmethod
    def ends(router, **options):
        async def main():
            with pytest.raises(TotalTimeout) as caught:
                await router.complete("Hello", timeout=3, **options)
            assert await alone()
            return clock(), caught.value.attempts

        return run(main())

    def test_in_a_queue(self):
        async def main():
            load = {"max_concurrency": 1, "queue_timeout": 60}
            router = scripted_router({"a": [Step("x", delay=9)]}, load=load, timeouts={"answer": 10})
            first = asyncio.create_task(router.complete("Hello"))
            await asyncio.sleep(0)
            with pytest.raises(TotalTimeout) as caught:
                await router.complete("Hello", timeout=3)
            seconds = clock()
            await first
            return seconds, [(each.deployment, each.error.kind) for each in caught.value.attempts]

        assert run(main()) == (pytest.approx(3), [("a", "TotalTimeout")])

    def test_between_two_tries(self):
        router = scripted_router({"a": [Unavailable("503", retry_after=10)]}, retries={"max": 2})
        seconds, attempts = self.ends(router)
        assert (seconds, len(attempts)) == (pytest.approx(3), 1)

    def test_while_a_hedge_is_under_way(self):
        hedge = {"after": 1, "budget": 1.0}
        router = scripted_router({"a": [Step("x", delay=9)], "b": [Step("y", delay=9)]}, hedge=hedge)
        seconds, attempts = self.ends(router)
        assert (seconds, len(attempts)) == (pytest.approx(3, abs=0.2), 2)


@pytest.mark.parametrize("how", ["plain", "streamed"])
@pytest.mark.parametrize("loser", [lingering, translating])
def test_a_loser_that_will_not_leave_does_not_keep_the_winner_waiting(loser, how):
    async def main():
        limits, hedge = {"answer": 60, "first_token": 60}, {"after": 1, "budget": 1.0}
        router = scripted_router({"a": [], "b": ["I am b."]}, timeouts=limits, hedge=hedge)
        providers = router.wiring.offers.providers

        async def stream(call):
            await loser()
            yield END

        providers["a"] = Rude(providers["a"].facts, loser, stream)
        text = (await router.complete("Hello")).text if how == "plain" else await heard(router)
        assert not asyncio.current_task().cancelling()
        return text, clock(), await alone()

    assert run(main()) == ("I am b.", pytest.approx(1, abs=0.5), True)
