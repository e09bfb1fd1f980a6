"""The suites that come with it, through router, agent, ledger and MCP. Every task of theirs is played in
process by the tests of worlds; `tests/benchmarks/agent_suites.py` takes all of them this way.
"""

from typing import Any

import pytest

from agent_players import solves
from interlock_evaluation.agents import read_suite, shipped_suites
from interlock_evaluation.agents.attempt import AgentRun
from interlock_evaluation.agents.kept import AttemptStore
from interlock_evaluation.agents.running import AgentRunner
from interlock_evaluation.runs import Purse
from interlock_evaluation.store import Store


@pytest.mark.parametrize("name", shipped_suites())
async def test_a_solution_completes_its_task_while_half_of_the_answers_are_lost(
    name: str, playing: Any
) -> None:
    suite = read_suite(name)
    task = min(suite, key=lambda each: len(each.solution))
    run = AgentRun(
        id="r",
        suite=name,
        digest=suite.digest,
        tasks=(task.id,),
        configuration="",
        models=("solves",),
        faults=0.5,
    )
    async with playing(suite, solves=solves) as router:
        opened = Store.open("sqlite:///eval.db")
        # It holds what every task names against the world first.
        await AgentRunner(router, AttemptStore(opened), purse=Purse()).attempt(run, suite)
        (found,) = (await AttemptStore(opened).kept("r")).attempts.values()
        await opened.aclose()
    assert found.complete, found
    assert not (found.effects.twice)
    assert not (found.effects.lost)
    assert found.effects.open == 0
