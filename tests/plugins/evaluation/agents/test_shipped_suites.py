"""The suites that come with it, through router, agent, ledger and MCP. Every task of theirs is played in
process by the tests of worlds; `tests/benchmarks/agent_suites.py` takes all of them this way.
"""

from typing import Any

import pytest

from agent_players import solves
from interlock import Constraints
from interlock_evaluation.agents import read_suite, shipped_suites
from interlock_evaluation.agents.attempt import AgentRun, AttemptKey
from interlock_evaluation.agents.attempting import Attempting


@pytest.mark.parametrize("name", shipped_suites())
async def test_a_solution_completes_its_task_while_half_of_the_answers_are_lost(
    name: str, playing: Any
) -> None:
    suite = read_suite(name)
    task = min(suite, key=lambda each: len(each.solution))
    run = AgentRun(id="r", suite=name, digest="", tasks=(), configuration="", models=(), faults=0.5)
    async with playing(suite, solves=solves) as router:
        attempting = Attempting(router, "sqlite:///agents.db", constraints=Constraints())
        key = AttemptKey(task.id, "solves", 0)
        found = await attempting.attempt(run, suite, task, key, begun=1, dollars=task.dollars)
    assert found.complete, found
    assert (found.effects.twice or 0, found.effects.lost or 0, found.effects.open) == (0, 0, 0)
