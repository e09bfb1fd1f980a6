"""The shipped suites of agent tasks, by models that play them through router, agent, ledger and MCP.

    uv run python tests/benchmarks/agent_suites.py [SUITE …] [--task ID] [--plays solves,early,nothing,again]
                                           [--faults SHARE] [--seed N] [--repeats K] [--at-once N]
    uv run python tests/benchmarks/agent_suites.py [SUITE …] --model local/smollm2-135m --max-tokens 256

`solves` makes the calls of each task's solution, turn by turn, and answers as it says; `early` leaves out
the last write, `again` makes it twice, `nothing` makes no call. Prints, for each suite and play, how many
attempts were complete, what effects were doubled or lost, and whatever is not as its play would have it.
With `--model`, a model of the usual configuration attempts them.
"""

import asyncio
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "support"))

from agent_players import Players, configured, does_nothing, solves
from interlock import Constraints, Router
from interlock.testing import Upstream
from interlock_evaluation.agents import PlannedCall, Suite, Task, read_suite, shipped_suites
from interlock_evaluation.agents.attempt import MAX_TOKENS, AgentRun, KeptAttempts
from interlock_evaluation.agents.figures import figures_of
from interlock_evaluation.agents.kept import AttemptStore
from interlock_evaluation.agents.running import AgentRunner
from interlock_evaluation.runs import Purse
from interlock_evaluation.store import Store


def early(task: Task) -> tuple[Sequence[PlannedCall], Any]:
    number = _last_write(task)
    return [*task.solution[:number], *task.solution[number + 1 :]], task.answer


def again(task: Task) -> tuple[Sequence[PlannedCall], Any]:
    number = _last_write(task)
    return [*task.solution[: number + 1], task.solution[number], *task.solution[number + 1 :]], task.answer


def _last_write(task: Task) -> int:
    """Of what the checks read and what begins as reading does, nothing writes."""
    reads = {each.tool for each in task.checks}
    words = ("get", "list", "search", "read", "show", "find", "track", "look")
    writes = [
        number
        for number, each in enumerate(task.solution)
        if each.tool not in reads and not set(each.tool.split("_")) & set(words)
    ]
    return writes[-1] if writes else len(task.solution) - 1


PLAYS = {"solves": solves, "early": early, "nothing": does_nothing, "again": again}


async def attempted(suite: Suite, options: Any) -> KeptAttempts:
    plays = {name: PLAYS[name] for name in options.plays.split(",")}
    run = AgentRun(
        id="benchmark",
        suite=suite.name,
        digest=suite.digest,
        tasks=tuple(each.id for each in suite if options.task in (None, each.id)),
        configuration="",
        models=(options.model,) if options.model else tuple(plays),
        repeats=options.repeats,
        faults=options.faults,
        seed=options.seed,
        max_tokens=options.max_tokens,
    )
    with TemporaryDirectory() as folder, Upstream(always=Players(suite, **plays)) as server:
        configuration = None if options.model else configured(server.url, *plays)
        async with Router.from_config(configuration) as router:
            store = Store.open(f"sqlite:///{folder}/eval.db")
            runner = AgentRunner(
                router,
                AttemptStore(store),
                purse=Purse(),
                at_once=options.at_once,
                constraints=Constraints(),
            )
            await runner.attempt(run, suite)
            kept = await AttemptStore(store).kept(run.id)
            await store.aclose()
    return kept


def told(kept: KeptAttempts) -> None:
    for each in figures_of(kept).models:
        complete = f"{each.completion.value * each.attempts:.0f} of {each.attempts}"
        effects = f"twice {each.twice}, lost {each.lost}, open {each.open}"
        print(
            f"{kept.run.suite:22} {each.model:8} {complete} complete, {each.unmeasured} not measured;"
            f" {effects}; calls {each.calls.value:.1%}; half within {each.seconds.value:.1f} s",
            flush=True,
        )
    for each in kept.attempts.values():
        wanted = (
            each.key.model == "solves" if each.key.model in ("solves", "early", "nothing") else each.complete
        )
        if each.complete != wanted or not each.measured:
            failed = [f"{check.name}: {check.why}" for check in each.checks if not check.passed]
            print(f"    {each.key.model} {each.key.task} {each.outcome} {each.state} {each.why} {failed}")
            print(
                f"        {[(call.tool, call.outcome) for call in each.calls if not call.done]}", flush=True
            )


def main() -> None:
    parser = ArgumentParser()
    parser.add_argument("suites", nargs="*")
    parser.add_argument("--task")
    parser.add_argument("--faults", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--plays", default="solves")
    parser.add_argument("--at-once", type=int, default=2)
    parser.add_argument("--model")
    parser.add_argument("--max-tokens", type=int, default=MAX_TOKENS)
    options = parser.parse_args()
    for name in options.suites or shipped_suites():
        told(asyncio.run(attempted(read_suite(name), options)))


if __name__ == "__main__":
    main()
