"""Forks and event loops, with everything on that a router shares between calls."""

import asyncio
import subprocess
import sys
import textwrap
import threading

import pytest

from interlock import InterlockError
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
        spread, extras = wiring.engine.attempts._slots._load, wiring.engine._strategy._extras
        stream = router.stream_sync("Count")
        next(stream)

        locks = [wiring.records._lock, wiring.bridge._lock, wiring.health._charts.lock,
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


def test_two_loops_one_after_another_share_records_health_and_load(tmp_path):
    out = script(
        f"""
        import asyncio, sys
        sys.path.insert(0, "tests/support")
        from interlock import Unavailable
        from interlock.testing import Step, scripted_router
        from memory_health import MemoryHealth

        router = scripted_router(
            {{"a": [Unavailable("503"), "one", "two"], "b": ["three"]}},
            plugins=[MemoryHealth()],
            health={{"shared": "memory://here"}},
            records="sqlite:///{tmp_path / "records.db"}",
            load={{"max_concurrency": 1, "balance": "least_busy"}},
            retries={{"max": 1}},
        )

        async def calls():
            return [each.text for each in await asyncio.gather(*(router.complete(str(n)) for n in range(2)))]

        print(*asyncio.run(calls()))
        print(asyncio.run(router.complete("x")).text)
        asyncio.run(router.aclose())
        print(len(router.records), router.wiring.writer.lost, router.wiring.writer.idle)
        """
    )
    assert sorted(out.split()[:3]) == ["one", "three", "two"]
    assert out.split()[3:] == ["3", "0", "True"]


def test_a_call_whose_router_is_closed_meanwhile_ends_in_a_typed_error():
    began = threading.Event()

    async def wait(call):
        began.set()
        await asyncio.sleep(60)

    router = scripted_router({"a": [wait]})
    ended = []

    def call():
        with pytest.raises(InterlockError, match="closed before") as caught:
            router.complete_sync("Hello")
        ended.append(caught.value)

    thread = threading.Thread(target=call)
    thread.start()
    began.wait(5)
    router.close_sync()
    thread.join(5)
    assert ended
    assert router.records[-1].error == "CancelledError"


def test_calls_in_threads_never_meet_a_loop_that_is_being_closed():
    router = scripted_router({"a": [Step("fine")] * 400})
    ended = []

    def calls():
        for _ in range(50):
            try:
                ended.append(router.complete_sync("Hello").text)
            except InterlockError as error:
                ended.append(str(error))

    threads = [threading.Thread(target=calls) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        router.wiring.bridge.close()
    for thread in threads:
        thread.join(30)
    router.close_sync()
    assert len(ended) == 200
    assert set(ended) <= {"fine", "the router was closed before the call had ended"}
