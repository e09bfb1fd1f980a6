"""Runs that are executed, stopped and executed again by the engine that needs nothing beside it."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import update

from interlock import StoreError
from interlock_agents import (
    EngineCall,
    EngineError,
    NotDeterministic,
    NotJson,
    Store,
    StrandFailed,
    Suspended,
    open_engine,
)
from interlock_agents.engines.tables import runs


class Acts:
    """Steps that count themselves."""

    def __init__(self):
        self.done = []

    def __call__(self, name, value=None):
        async def act():
            self.done.append(name)
            await asyncio.sleep(0)
            return value

        return act


def engine_of(program, **more):
    return open_engine(EngineCall(url="sqlite:///agents.db", program=program, folder=Path.cwd(), **more))


async def executed(program, run="run"):
    engine = engine_of(program)
    try:
        return await engine.execute(run)
    finally:
        await engine.aclose()


async def test_a_run_that_has_ended_gives_again_what_it_gave_and_does_nothing():
    acts = Acts()

    async def program(strand):
        return await strand.step("think", acts("think", {"a": [1, 2.5, None, "é\ud800"]}))

    first = await executed(program)
    assert await executed(program) == first == {"a": [1, 2.5, None, "é\ud800"]}
    assert acts.done == ["think"]


async def test_what_a_step_gave_is_not_asked_for_again_when_a_later_one_raises():
    acts = Acts()
    broken = True

    async def program(strand):
        first = await strand.step("first", acts("first", 1))
        if broken:
            raise LookupError("not yet")
        return first + await strand.step("second", acts("second", 2))

    with pytest.raises(LookupError, match="not yet"):
        await executed(program)
    broken = False
    assert await executed(program) == 3
    assert acts.done == ["first", "second"]


async def test_a_strand_that_fails_takes_no_other_with_it():
    acts = Acts()

    async def program(strand):
        if strand.path == "bad":
            raise ValueError("no good")
        if strand.path:
            return await strand.step("do", acts(strand.path, strand.path))
        for path in ("bad", "good"):
            await strand.start(path)
        with pytest.raises(StrandFailed, match="no good") as caught:
            await strand.result("bad")
        return [caught.value.kind, await strand.result("good")]

    assert await executed(program) == ["ValueError", "good"]


async def test_a_strand_that_waits_for_somebody_lets_the_others_go_on_and_is_taken_up_later():
    acts = Acts()
    agreed = False

    async def program(strand):
        if strand.path == "asks":
            await strand.step("ask", acts("ask"))
            if not agreed:
                raise Suspended("for a yes")
            return "yes"
        if strand.path:
            return await strand.step("do", acts("do", "done"))
        await strand.start("asks")
        await strand.start("does")
        first = await strand.first(["asks", "does"])
        return [first, await strand.result(first), await strand.result("asks")]

    with pytest.raises(Suspended, match="for a yes"):
        await executed(program)
    agreed = True
    assert await executed(program) == ["does", "done", "yes"]
    assert sorted(acts.done) == ["ask", "do"]


async def test_a_strand_is_suspended_even_if_its_program_catches_it():
    waits = True

    async def program(strand):
        if strand.path:
            if waits:
                raise Suspended("for rain")
            return "rain"
        await strand.start("one")
        try:
            return await strand.result("one")
        except Exception:  # noqa: BLE001 - as careless programs do
            return "caught"

    with pytest.raises(Suspended, match="for rain"):
        await executed(program)
    waits = False
    assert await executed(program) == "rain"


async def test_which_strand_ended_first_stays_so():
    gate = asyncio.Event()
    stops = True

    async def program(strand):
        if strand.path == "slow":
            await gate.wait()
            return "slow"
        if strand.path:
            return "quick"
        for path in ("slow", "quick"):
            await strand.start(path)
        first = await strand.first(["slow", "quick"])
        gate.set()
        await strand.result("slow")
        if stops:
            raise OSError("stopped")
        return first

    with pytest.raises(OSError, match="stopped"):
        await executed(program)
    stops = False
    assert await executed(program) == "quick"


async def test_another_step_in_the_place_of_a_kept_one_is_refused():
    acts = Acts()
    name = "first"

    async def program(strand):
        await strand.step(name, acts(name))
        raise OSError("stopped")

    with pytest.raises(OSError, match="stopped"):
        await executed(program)
    name = "other"
    with pytest.raises(NotDeterministic, match="step 0 was 'first' when it was kept, and is 'other' now"):
        await executed(program)
    assert acts.done == ["first"]


@pytest.mark.parametrize("value", [b"bytes", float("nan"), {1, 2}], ids=["bytes", "nan", "set"])
async def test_what_is_no_json_is_refused(value):
    async def program(strand):
        return await strand.step("give", Acts()("give", value))

    with pytest.raises(NotJson, match="the step 'give' gave"):
        await executed(program)


async def test_a_tuple_comes_back_as_a_list_the_first_time_too():
    async def program(strand):
        given = await strand.step("give", Acts()("give", (1, 2)))
        return given == [1, 2]

    assert await executed(program) is True


async def test_executed_twice_at_once_a_run_is_worked_on_once():
    acts = Acts()

    async def program(strand):
        return await strand.step("do", acts("do", 7))

    engines = [engine_of(program), engine_of(program)]
    try:
        runs = [engine.execute("run") for engine in engines for _ in range(3)]
        assert await asyncio.gather(*runs) == [7] * 6
    finally:
        for engine in engines:
            await engine.aclose()
    assert acts.done == ["do"]


async def test_who_waits_for_another_execution_is_told_that_it_was_suspended():
    begun = asyncio.Event()
    go = asyncio.Event()

    async def program(strand):
        begun.set()
        await go.wait()
        raise Suspended("for a yes")

    engines = [engine_of(program), engine_of(program)]
    try:
        first = asyncio.create_task(engines[0].execute("run"))
        await begun.wait()
        second = asyncio.create_task(engines[1].execute("run"))
        await asyncio.sleep(0.1)
        go.set()
        for each in (first, second):
            with pytest.raises(Suspended, match="for a yes"):
                await each
    finally:
        for engine in engines:
            await engine.aclose()


async def test_cancelled_it_closes_what_is_open_and_another_goes_on_at_once():
    closed = []
    hang = True

    async def program(strand):
        if not strand.path:
            await strand.start("one")
            return await strand.result("one")
        try:
            if hang:
                await asyncio.Event().wait()
        finally:
            closed.append(strand.path)
        return "on"

    engine = engine_of(program)
    task = asyncio.create_task(engine.execute("run"))
    await asyncio.sleep(0.3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert closed == ["one"]
    assert list(await engine.unfinished()) == ["run"]
    hang = False
    assert await engine.execute("run") == "on"
    assert list(await engine.unfinished()) == []
    await engine.aclose()


@pytest.mark.parametrize("turns", range(6))
async def test_cancelled_as_it_begins_it_leaves_the_run_to_the_next_one_at_once(turns):
    async def program(strand):
        return "on"

    engine = engine_of(program)
    task = asyncio.create_task(engine.execute("run"))
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(10):  # a lease lasts longer
        assert await engine.execute("run") == "on"
    await engine.aclose()


async def test_who_waits_when_the_engine_is_closed_is_told():
    async def program(strand):
        await asyncio.Event().wait()

    engine = engine_of(program)
    task = asyncio.create_task(engine.execute("run"))
    await asyncio.sleep(0.1)
    await engine.aclose()
    await engine.aclose()
    with pytest.raises(EngineError, match="closed"):
        await task
    with pytest.raises(EngineError, match="closed"):
        await engine.execute("run")


async def test_a_strand_takes_one_step_after_another():
    async def program(strand):
        async def nested():
            return await strand.step("inner", Acts()("inner"))

        return await strand.step("outer", nested)

    with pytest.raises(EngineError, match="'outer' is under way: start another strand for 'inner'"):
        await executed(program)


async def test_a_strand_that_was_not_started_is_not_waited_for():
    async def program(strand):
        return await strand.result("nobody")

    with pytest.raises(EngineError, match="has started no strand 'nobody'"):
        await executed(program)


@pytest.mark.parametrize("name", ["", "\0", "\ud800", "x" * 501], ids=["empty", "nul", "half", "long"])
async def test_a_run_whose_id_cannot_be_kept_is_refused(name):
    with pytest.raises(EngineError, match="a run's id"):
        await executed(None, run=name)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("sqlit:///a.db", "did you mean 'sqlite'"),
        ("agents.db", "named by a URL"),
        ("temporal://host", "no engine is called 'temporal': there are .*postgresql, sqlite"),
        ("sqlite://a.db", "three slashes"),
    ],
    ids=["near", "no url", "unknown", "slashes"],
)
def test_a_url_that_names_no_engine_is_refused_with_the_way_out(url, message):
    with pytest.raises(StoreError, match=message):
        open_engine(EngineCall(url=url, program=None))


@pytest.mark.parametrize("lease", [0, -1.0, float("nan"), float("inf")])
def test_a_lease_that_is_no_time_is_refused(lease):
    with pytest.raises(EngineError, match="a lease is a number of seconds above 0"):
        EngineCall(url="sqlite:///agents.db", program=None, lease=lease)


@pytest.mark.parametrize(
    ("target", "told"),
    [("no_such_module:ENGINES", "ModuleNotFoundError"), ("json:dumps", "no EngineKind")],
    ids=["fails", "is none"],
)
async def test_an_engine_that_cannot_be_loaded_takes_no_other_with_it(
    monkeypatch, caplog, tmp_path, target, told
):
    info = tmp_path / "broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[interlock_agents.engines]\nbroken = {target}\n")
    monkeypatch.syspath_prepend(tmp_path)

    async def program(strand):
        return strand.run

    assert await executed(program) == "run"
    assert told in caplog.text


async def test_what_a_strand_is_cancelled_by_stops_the_execution_and_is_not_kept():
    breaks = True

    async def program(strand):
        if not strand.path:
            await strand.start("one")
            return await strand.result("one")
        if breaks:
            asyncio.current_task().cancel()
            await asyncio.sleep(0)
        return "on"

    with pytest.raises(EngineError, match="the strand 'one' was cancelled"):
        await executed(program)
    breaks = False
    assert await executed(program) == "on"


async def test_strands_that_go_on_when_the_run_ends_are_cancelled():
    closed = []

    async def program(strand):
        if strand.path:
            try:
                await asyncio.Event().wait()
            finally:
                closed.append(strand.path)
        await strand.start("one")
        await strand.step("wait", Acts()("wait"))
        return "ended"

    assert await executed(program) == "ended"
    assert closed == ["one"]


async def test_a_program_that_catches_everything_does_nothing_more_once_its_run_is_taken_over():
    done = []
    begun = asyncio.Event()
    go = asyncio.Event()

    async def careless(strand):
        async def act():
            begun.set()
            await go.wait()
            return "late"

        try:
            return await strand.step("do", act)
        except Exception:  # noqa: BLE001 - as careless programs do
            done.append("went on")
            return "wrong"

    async def quick(strand):
        return await strand.step("do", Acts()("do", "quick"))

    store = Store.open("sqlite:///agents.db", Path.cwd())
    slow, other = engine_of(careless), engine_of(quick)
    try:
        task = asyncio.create_task(slow.execute("run"))
        await begun.wait()
        await store.run(lambda connection: connection.execute(update(runs).values(until=0.0)))
        assert await other.execute("run") == "quick"
        go.set()
        assert await task == "quick"
    finally:
        for each in (slow, other, store):
            await each.aclose()
    assert done == []
