"""Attempts are kept as they were, in either database, whatever models and servers have said."""

from dataclasses import replace

import pytest

from interlock import RequestError
from interlock_evaluation.agents import Suite
from interlock_evaluation.agents.attempt import (
    AgentRun,
    Attempt,
    AttemptKey,
    Checked,
    EffectCounts,
    MadeCall,
)
from interlock_evaluation.agents.kept import AttemptStore
from interlock_evaluation.store import Store

KEY = AttemptKey("ink", "m", 0)


def run_of(suite: Suite) -> AgentRun:
    return AgentRun(
        id="r",
        suite=suite.name,
        digest=suite.digest,
        tasks=("ink",),
        configuration="c",
        models=("m",),
        faults=0.5,
        started=1.0,
    )


async def test_what_was_kept_is_read_as_it_was(store: Store, desk: Suite) -> None:
    kept = AttemptStore(store)
    run = await kept.begin(run_of(desk), desk)
    assert await kept.beginning("r", KEY) == 1
    assert await kept.done("r", errors=True) == set()
    hostile = "nul \0, half a pair \ud800, \u202e and ü"
    made = Attempt(
        key=KEY,
        begun=1,
        outcome="incomplete",
        state="failed",
        why=hostile,
        answer={"said": [hostile, 1.5, None]},
        checks=(Checked(name="a", passed=False, why=hostile),),
        calls=(MadeCall(tool="x", arguments={"text": hostile}, outcome="done"),),
        effects=EffectCounts(done=1, twice=None, lost=0),
        steps=3,
        tokens=7,
        cost=0.25,
        seconds=1.5,
        consents=1,
        looked=2,
        at=3.0,
    )
    await kept.finish("r", made)
    found = await kept.kept("r")
    assert found.run == run
    assert found.goals["ink"] == desk.tasks[0].goal
    assert found.least == {"ink": 2}
    (attempt,) = found.attempts.values()
    assert replace(attempt, why="") == replace(made, why="")
    assert attempt.why.startswith("nul ")
    assert await kept.spent("r") == 0.25
    assert await kept.beginning("r", KEY) == 2


async def test_what_measured_nothing_is_left_where_that_is_wanted(store: Store, desk: Suite) -> None:
    kept = AttemptStore(store)
    await kept.begin(run_of(desk), desk)
    await kept.beginning("r", KEY)
    await kept.finish("r", Attempt(key=KEY, begun=1, outcome="unmeasured", error="QuotaExceeded"))
    assert await kept.done("r", errors=True) == {KEY}
    assert await kept.done("r", errors=False) == set()


async def test_a_name_that_was_used_for_something_else_is_refused(store: Store, desk: Suite) -> None:
    kept = AttemptStore(store)
    run = await kept.begin(run_of(desk), desk)
    assert await kept.begin(run, desk) == run
    with pytest.raises(RequestError, match=r"was begun with other faults: 0\.5, not 0\.0"):
        await kept.begin(replace(run, faults=0.0), desk)
    with pytest.raises(RequestError, match="there is no run 'x'; there are r"):
        await kept.kept("x")
