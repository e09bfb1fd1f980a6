"""Long work of a loop is interrupted where it says so, and goes no further once nobody waits."""

import asyncio
import gc
from collections.abc import Generator

import pytest

from interlock.http import at_once, in_turns
from turns import Turns


def counting(upto: int, seen: list[int], ended: list[str]) -> Generator[None, None, str]:
    try:
        for at in range(upto):
            seen.append(at)
            yield
        return "done"
    finally:
        ended.append("ended")


async def test_others_have_a_turn_between_two_steps_that_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interlock.http.turns._TURN", 0.0)
    with Turns() as turns:
        assert await in_turns(counting(50, [], [])) == "done"
    assert turns.count >= 49


async def test_work_that_is_soon_done_gives_nobody_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interlock.http.turns._TURN", 60.0)
    with Turns() as turns:
        assert await in_turns(counting(50, [], [])) == "done"
    assert turns.count == 0


async def test_cancelled_work_ends_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interlock.http.turns._TURN", 0.0)
    seen: list[int] = []
    ended: list[str] = []
    task = asyncio.create_task(in_turns(counting(1_000, seen, ended)))
    for _ in range(5):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == ["ended"]
    assert 0 < len(seen) < 10
    assert gc.isenabled()


async def test_what_the_work_raises_is_raised() -> None:
    def failing() -> Generator[None, None, None]:
        yield
        raise LookupError("nowhere")

    with pytest.raises(LookupError, match="nowhere"):
        await in_turns(failing())
    with pytest.raises(LookupError, match="nowhere"):
        at_once(failing())
    assert gc.isenabled()


def test_without_a_loop_the_same_comes_of_it() -> None:
    assert at_once(counting(50, [], [])) == "done"
