import asyncio
import gc
import subprocess
import sys
import textwrap
import threading

import pytest

from interlock import Delta, StreamInterrupted, Unavailable
from interlock.testing import Step, scripted_router


def script(code):
    """Run a program of its own: clean output on stderr is part of what is asked."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture
def router():
    made = []

    def make(*args, **kwargs):
        made.append(scripted_router(*args, **kwargs))
        return made[-1]

    yield make
    for one in made:
        one.close_sync()


def test_a_synchronous_call_gives_the_same_response(router):
    assert router({"a": ["Good morning"]}).complete_sync("Hello").text == "Good morning"


def test_a_synchronous_call_raises_the_same_error(router):
    with pytest.raises(Unavailable):
        router({"a": [Unavailable("503")]}).complete_sync("Hello")


def test_a_synchronous_stream_yields_the_same_chunks(router):
    with router({"a": ["One two three"]}).stream_sync("Count") as stream:
        assert "".join(chunk.text for chunk in stream) == "One two three"
    assert stream.response.text == "One two three"


def test_a_synchronous_stream_longer_than_its_queue_loses_nothing(router):
    words = [f"{number} " for number in range(1_000)]
    deltas = [*(Delta(word) for word in words), Delta(finish_reason="stop")]
    text = "".join(chunk.text for chunk in router({"a": [deltas]}).stream_sync("Count"))
    assert text == "".join(words)


def test_a_synchronous_stream_that_breaks_raises_after_what_came(router):
    heard = []
    broken = ["One ", "two ", Unavailable("gone")]
    with pytest.raises(StreamInterrupted):
        for chunk in router({"a": [broken]}).stream_sync("Count"):
            heard.append(chunk.text)
    assert heard == ["One ", "two "]


@pytest.mark.parametrize("how", ["block", "forgotten"])
def test_leaving_a_synchronous_stream_closes_the_providers(router, how):
    closed = threading.Event()
    made = router({"a": []})

    async def endless(call):
        try:
            while True:
                yield Delta("tick ")
                await asyncio.sleep(0)
        finally:
            closed.set()

    made.wiring.offers.providers["a"].stream = endless
    stream = made.stream_sync("Hello")
    next(stream)
    if how == "block":
        with stream:
            next(stream)
        assert list(stream) == []
    else:
        del stream
    assert closed.wait(2)


async def test_inside_a_running_loop_a_synchronous_call_works(router):
    assert router({"a": ["fine"]}).complete_sync("Hello").text == "fine"


def test_many_threads_share_one_router(router):
    made = router({"a": [Step("fine", delay=0.01)] * 20})
    texts = []
    threads = [
        threading.Thread(target=lambda: texts.append(made.complete_sync("Hello").text)) for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == ["fine"] * 20


def test_waiting_for_itself_is_refused_instead_of_hanging(router):
    made = router({"a": ["x"]})

    async def inside():
        return made.complete_sync("Hello")

    with pytest.raises(RuntimeError, match="use await"):
        made.wiring.bridge.run(inside)


def test_a_closed_router_opens_again(router):
    made = router({"a": ["one", "two"]})
    made.complete_sync("Hello")
    made.close_sync()
    assert made.complete_sync("Hello").text == "two"


def test_a_router_that_nobody_holds_takes_its_thread_along():
    made = scripted_router({"a": ["x"]})
    made.complete_sync("Hello")
    thread = made.wiring.bridge._thread
    del made
    gc.collect()
    thread.join(5)
    assert not thread.is_alive()


def test_a_stream_outlives_its_router():
    stream = scripted_router({"a": ["One two three"]}).stream_sync("Count")
    gc.collect()
    assert "".join(chunk.text for chunk in stream) == "One two three"


def test_two_loops_one_after_another_and_no_goodbye():
    out = script(
        """
        import asyncio
        from interlock.testing import scripted_router
        router = scripted_router({"a": ["one", "two", "three"]})
        print(asyncio.run(router.complete("x")).text)
        print(asyncio.run(router.complete("x")).text)
        print(router.complete_sync("x").text)
        """
    )
    assert out.split() == ["one", "two", "three"]


def test_a_fork_gets_a_bridge_of_its_own():
    out = script(
        """
        import os, warnings
        warnings.simplefilter("ignore", DeprecationWarning)  # forking with threads is the point here
        from interlock.testing import scripted_router
        router = scripted_router({"a": ["one", "two", "three"]})
        router.complete_sync("x")
        child = os.fork()
        text = router.complete_sync("x").text
        if child == 0:
            os._exit(0 if text == "two" else 1)
        print(text, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        """
    )
    assert out.split() == ["two", "0"]


def test_a_child_forked_while_a_stream_is_under_way_and_locks_are_held_goes_on():
    out = script(
        """
        import os, signal, threading, warnings
        warnings.simplefilter("ignore", DeprecationWarning)  # forking with threads is the point here
        from interlock import Delta
        from interlock.testing import Step, scripted_router

        slow = Step(["One ", "two ", Delta(finish_reason="stop")], between=0.3)
        load = {"max_concurrency": 1, "queue": 0, "balance": "least_busy"}
        router = scripted_router({"a": [slow, "fine"]}, load=load, hedge={"after": 5, "budget": 1.0})
        wiring = router.wiring
        spread, extras = wiring.engine.attempts._concurrency._load, wiring.engine._strategy._extras
        stream = router.stream_sync("Count")
        next(stream)

        locks = [wiring.records._lock, wiring.bridge._lock, wiring.health._table.lock,
                 wiring.health.latencies._lock, spread._lock, extras._lock]
        held, done = threading.Event(), threading.Event()

        def hold():
            for lock in locks:
                lock.acquire()
            held.set()
            done.wait()
            for lock in locks:
                lock.release()

        holder = threading.Thread(target=hold)
        holder.start()
        held.wait()
        child = os.fork()
        if child == 0:
            signal.alarm(20)
            before = spread.in_flight("a")
            print(before, router.complete_sync("Hello").text, spread.in_flight("a"), flush=True)
            os._exit(0)
        done.set()
        holder.join()
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        print("".join(chunk.text for chunk in stream))
        """
    )
    assert out.split() == ["0", "fine", "0", "0", "two"]


def test_an_interrupt_in_the_waiting_thread_cancels_the_call():
    out = script(
        """
        import asyncio, os, signal, threading, time
        from interlock.testing import scripted_router

        async def wait(call):
            threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
            await asyncio.sleep(60)

        router = scripted_router({"a": [wait]})
        try:
            router.complete_sync("x")
        except KeyboardInterrupt:
            print("interrupted")
        while not router.records:
            time.sleep(0.01)
        print(router.records[-1].cancelled)
        """
    )
    assert out.split() == ["interrupted", "CancelledError"]
